import type { Page } from '@custos/contract';
import { Button } from '@mantine/core';
import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { SkeletonRows } from '../ui/states.tsx';
import { Loaded } from './loaded.tsx';

interface PagedQuery<Item> {
  readonly queryKey: QueryKey;
  readonly fetch: (
    page: { cursor?: string | undefined; limit: number },
    signal: AbortSignal,
  ) => Promise<Page<Item>>;
}

/** A list that is loaded page by page. */
export function usePages<Item>({ queryKey, fetch }: PagedQuery<Item>) {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetch({ cursor: pageParam, limit: 50 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.items),
    placeholderData: (before) => before,
  });
}

/** A paged list in all its states; `children` draws the items that are there. */
export function Paged<Item>({
  query,
  empty,
  children,
}: {
  query: ReturnType<typeof usePages<Item>>;
  empty: ReactNode;
  children: (items: readonly Item[]) => ReactNode;
}) {
  return (
    <Loaded query={query} skeleton={<SkeletonRows />}>
      {(items) =>
        items.length === 0 ? (
          empty
        ) : (
          <>
            {children(items)}
            {query.hasNextPage ? (
              <div style={{ padding: '12px 0', textAlign: 'center' }}>
                <Button
                  variant="default"
                  size="xs"
                  loading={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  Show more
                </Button>
              </div>
            ) : null}
          </>
        )
      }
    </Loaded>
  );
}
