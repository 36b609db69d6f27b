import type { ApprovalView } from '@custos/contract';
import type { Identity } from '../types.ts';
import { approvalKindDefinitions } from './kinds.ts';
import type { StoredApproval } from './types.ts';

/** True for a call that is carried out when who asked makes it again, since only they can take its answer. */
export function isByRepeating({ method, kind }: Pick<StoredApproval, 'method' | 'kind'>): boolean {
  return method === 'GET' || approvalKindDefinitions[kind].byRepeating === true;
}

/** True when somebody could be the second person: another one, who holds what the call asks for. */
export function mayDecide(approval: StoredApproval, identity: Identity): boolean {
  if (identity.kind !== 'user' || identity.userId === approval.requestedBy) return false;
  const held: ReadonlySet<string> = identity.permissions;
  return approval.permission === 'signed-in' || held.has(approval.permission);
}

/** A request as one person sees it at `now`; out of time it is expired, whether that was written down or not. */
export function approvalView(approval: StoredApproval, identity: Identity, now: number): ApprovalView {
  const open = approval.state === 'pending' || approval.state === 'approved';
  const state = open && approval.expiresAt <= now ? 'expired' : approval.state;
  const { id, kind, method, url, digest, permission, note, status } = approval;
  const { requestedAt, expiresAt, decidedAt, executedAt } = approval;
  return {
    id,
    kind,
    state,
    method,
    url,
    body: approval.body === null ? null : (JSON.parse(approval.body) as unknown),
    digest,
    permission,
    requestedBy: { id: approval.requestedBy, name: approval.requestedName },
    requestedAt,
    expiresAt,
    decidedBy:
      approval.decidedBy === null ? null : { id: approval.decidedBy, name: approval.decidedName ?? '' },
    decidedAt,
    note,
    executedAt,
    status,
    own: approval.requestedBy === identity.userId,
    decidable: state === 'pending' && mayDecide(approval, identity),
    byRepeating: isByRepeating(approval),
  };
}
