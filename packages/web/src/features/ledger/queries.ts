import type { LegalHoldDraft } from '@custos/client';
import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

const calmMs = 10_000;
const busyMs = 1000;

/** The state of the ledger; asked for more often while something runs. */
export const ledgerQuery = queryOptions({
  queryKey: keys.single('ledger'),
  queryFn: ({ signal }) => custos.audit.ledger.status(signal),
  refetchInterval: ({ state }) =>
    state.data?.verification?.state === 'running' || (state.data?.index.rebuild ?? null) !== null
      ? busyMs
      : calmMs,
});

export const healthQuery = queryOptions({
  queryKey: keys.part(keys.one('ledger', 'health'), 'components'),
  queryFn: ({ signal }) => custos.audit.health(signal),
  refetchInterval: 30_000,
});

export const holdsQuery = queryOptions({
  queryKey: keys.list('holds'),
  queryFn: ({ signal }) => custos.audit.holds.list(signal),
});

/** Who the people behind the ids of holds are. */
export const usersQuery = queryOptions({
  queryKey: keys.list('users', { all: true }),
  queryFn: ({ signal }) => custos.users.list({ limit: 500 }, signal),
  staleTime: 5 * 60_000,
});

export function useVerifyAll() {
  return useAct({
    run: () => custos.audit.ledger.verify(),
    touches: ['ledger'],
    done: 'The verification has begun.',
  });
}

export function useCheckIndex() {
  return useAct({
    run: () => custos.audit.index.check(),
    touches: ['ledger'],
    done: (report) =>
      report.ok
        ? 'The index and the logs agree.'
        : 'The index differs from the logs; make it anew to repair it.',
  });
}

export function useRebuildIndex() {
  return useAct({
    run: () => custos.audit.index.rebuild(),
    touches: ['ledger'],
    done: 'The index is being made anew.',
  });
}

export function usePlaceHold() {
  return useAct({
    run: (draft: LegalHoldDraft) => custos.audit.holds.place(draft),
    touches: ['holds'],
    done: 'The hold stands.',
    quiet: true,
  });
}

export function useReleaseHold() {
  return useAct({
    run: ({ id, reason }: { id: string; reason: string }) => custos.audit.holds.release(id, { reason }),
    touches: ['holds'],
    done: 'The hold is released.',
    quiet: true,
  });
}

export function useErase() {
  return useAct({
    run: (input: Parameters<typeof custos.audit.erase>[0]) => custos.audit.erase(input),
    touches: [],
    quiet: true,
  });
}
