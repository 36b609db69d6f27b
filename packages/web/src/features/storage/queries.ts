import type { RetentionInput } from '@custos/contract';
import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

export const storageQuery = queryOptions({
  queryKey: keys.single('storage'),
  queryFn: ({ signal }) => custos.storage.status(signal),
  refetchInterval: 60_000,
});

export function useKeep() {
  return useAct({
    run: (input: RetentionInput) => custos.storage.keep(input),
    touches: ['storage'],
    done: 'How long telemetry is kept was changed.',
    quiet: true,
  });
}
