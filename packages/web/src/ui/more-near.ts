import { useEffect, useEffectEvent, type RefObject } from 'react';

interface Pages {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isFetchNextPageError: boolean;
  readonly fetchNextPage: () => Promise<unknown>;
}

/** Asks for the next page when the end of the list comes near. */
export function useMoreNear(end: RefObject<HTMLElement | null>, query: Pages): void {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError } = query;
  const more = useEffectEvent(() => void query.fetchNextPage());
  useEffect(() => {
    const element = end.current;
    if (element === null || !hasNextPage || isFetchingNextPage || isFetchNextPageError) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) more();
      },
      { rootMargin: '400px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [end, hasNextPage, isFetchingNextPage, isFetchNextPageError]);
}
