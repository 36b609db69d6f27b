import { queryOptions } from '@tanstack/react-query';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

/** Rates are of the last minute, so a look every five seconds shows what changes. */
export const ingestQuery = queryOptions({
  queryKey: keys.single('ingest'),
  queryFn: ({ signal }) => custos.ingest.status(signal),
  refetchInterval: 5_000,
});
