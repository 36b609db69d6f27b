import { queryOptions } from '@tanstack/react-query';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

/** The whole overview; the stream keeps it current, and a slow poll catches what a stream could miss. */
export const overviewQuery = queryOptions({
  queryKey: keys.overview,
  queryFn: ({ signal }) => custos.overview.get(signal),
  refetchInterval: 60_000,
});
