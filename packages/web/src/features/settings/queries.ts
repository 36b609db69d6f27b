import type { Settings } from '@custos/contract';
import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

export function useSaveSettings() {
  const cache = useQueryClient();
  return useAct({
    run: async (change: Partial<Settings>) => {
      const saved = await custos.settings.update(change);
      cache.setQueryData(keys.single('settings'), saved);
      return saved;
    },
    touches: ['settings'],
    done: 'The settings are saved.',
    quiet: true,
  });
}

export const systemQuery = queryOptions({
  queryKey: keys.single('system'),
  queryFn: ({ signal }) => custos.system.status(signal),
  refetchInterval: 10_000,
});
