import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

export const kindsQuery = queryOptions({
  queryKey: keys.single('channel-kinds'),
  queryFn: ({ signal }) => custos.channels.kinds(signal),
  staleTime: Number.POSITIVE_INFINITY,
});

export function useSaveChannel(id: string | undefined) {
  return useAct({
    run: async (draft: Parameters<typeof custos.channels.create>[0]) => {
      if (id === undefined) return custos.channels.create(draft);
      const { kind: _kept, ...change } = draft;
      return custos.channels.update(id, change);
    },
    touches: ['channels'],
    done: 'The channel is saved.',
    quiet: true,
  });
}

export function useTryChannel() {
  return useAct({
    run: (ask: Parameters<typeof custos.channels.try>[0]) => custos.channels.try(ask),
    touches: ['deliveries'],
    quiet: true,
  });
}

export function useTestChannel() {
  return useAct({
    run: custos.channels.test,
    touches: ['channels', 'deliveries'],
    done: (result) =>
      result.delivered
        ? `The test arrived: ${result.answer}`
        : `The test did not arrive: ${result.error ?? result.answer}`,
  });
}

export function useRemoveChannel() {
  return useAct({
    run: custos.channels.remove,
    touches: ['channels', 'rules'],
    done: 'The channel is deleted.',
  });
}
