import { ApiError } from '@custos/client';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isSignedOut } from '../data/client.ts';
import { sessionQuery } from '../data/queries.ts';

/** Time between two looks at what could not be read. */
const awayMs = 5000;

/** What is fetched, kept current by the stream; a lost session empties who is signed in. */
export function createCache(): QueryClient {
  const onError = (error: unknown): void => {
    // A call that was under way while the session got another cookie is refused too; so ask before leaving.
    if (isSignedOut(error)) void cache.fetchQuery({ ...sessionQuery, staleTime: 0 }).catch(() => undefined);
  };
  const cache: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        gcTime: 10 * 60_000,
        // An answer is an answer: only a lost connection or a busy server is worth another try.
        retry: (count, error) =>
          count < 2 && (!(error instanceof ApiError) || error.code === 'overloaded' || error.status === 502),
        refetchOnWindowFocus: true,
        // History comes back by itself, a few seconds after a start for example.
        refetchInterval: ({ state: { error } }) =>
          error instanceof ApiError && error.code === 'columns_unavailable' ? awayMs : false,
      },
    },
  });
  return cache;
}
