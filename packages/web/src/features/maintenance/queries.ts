import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

export const windowsQuery = queryOptions({
  queryKey: keys.list('maintenance', { all: true }),
  queryFn: ({ signal }) => custos.maintenance.list({ limit: 500 }, signal),
});

export type WindowDraft = Required<Parameters<typeof custos.maintenance.create>[0]>;

const touches = ['maintenance', 'probes', 'services', 'overview'];

export function useSaveWindow(id: string | undefined) {
  return useAct({
    run: (draft: WindowDraft) =>
      id === undefined ? custos.maintenance.create(draft) : custos.maintenance.update(id, draft),
    touches,
    done: 'The window is saved.',
    quiet: true,
  });
}

export function useRemoveWindow() {
  return useAct({ run: custos.maintenance.remove, touches, done: 'The window is over and deleted.' });
}
