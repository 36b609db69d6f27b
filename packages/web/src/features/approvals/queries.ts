import type { ApprovalKindName, ApprovalMode, ApprovalView } from '@custos/contract';
import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { useDownload } from '../../data/downloads.ts';
import { keys } from '../../data/keys.ts';

export const fetchApprovals = custos.approvals.list;

const openStates = new Set(['pending', 'approved', 'executing']);

export const approvalQuery = (id: string) =>
  queryOptions({
    queryKey: keys.one('approvals', id),
    queryFn: ({ signal }) => custos.approvals.get(id, signal),
    refetchInterval: ({ state }) =>
      state.data === undefined || openStates.has(state.data.state) ? 5000 : false,
  });

export const kindsQuery = queryOptions({
  queryKey: keys.list('approval-kinds'),
  queryFn: ({ signal }) => custos.approvals.kinds(signal),
  staleTime: 60_000,
});

/** What an approved call may have changed cannot be known, so everything is asked for again. */
const everything = ['approvals', 'users', 'roles', 'approval-kinds', 'holds', 'ledger'] as const;

export function useApprove() {
  return useAct({
    run: ({ id, note }: { id: string; note: string }) => custos.approvals.approve(id, note),
    touches: everything,
    quiet: true,
  });
}

export function useRefuse() {
  return useAct({
    run: ({ id, note }: { id: string; note: string }) => custos.approvals.refuse(id, note),
    touches: ['approvals'],
    done: 'The request is refused.',
    quiet: true,
  });
}

export function useWithdraw() {
  return useAct({
    run: custos.approvals.withdraw,
    touches: ['approvals'],
    done: 'The request is taken back.',
  });
}

/** Downloads what was approved: exactly the call that was asked for is made again. */
export function useTakeApproved() {
  return useDownload({
    open: ({ method, url, body }: ApprovalView) =>
      custos.download(method as 'GET' | 'POST', url, { body: body ?? undefined, timeoutMs: 120_000 }),
    name: 'download',
    touches: ['approvals'],
  });
}

export function useSetMode() {
  return useAct({
    run: ({ kind, mode }: { kind: ApprovalKindName; mode: ApprovalMode }) =>
      custos.approvals.setMode(kind, mode),
    touches: ['approval-kinds'],
    done: ({ title }) => `${title} is changed.`,
  });
}
