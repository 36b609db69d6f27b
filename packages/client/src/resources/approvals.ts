import {
  approval,
  approvalKind,
  approvalKinds,
  pageOf,
  type ApprovalKindName,
  type ApprovalMode,
  type ApprovalState,
} from '@custos/contract';
import type { Request } from '../transport.ts';
import type { PageRequest } from './instants.ts';

/** Acts that wait for a second person. A call that needs one rejects with `ApprovalPendingError`. */
export function approvalCalls(request: Request) {
  const of = (id: string, act = ''): string => `/api/v1/approvals/${encodeURIComponent(id)}${act}`;
  return {
    /** The caller's own requests, and those that they could answer. */
    list: (
      { state, ...page }: PageRequest & { readonly state?: ApprovalState | undefined } = {},
      signal?: AbortSignal,
    ) => request('GET', '/api/v1/approvals', { schema: pageOf(approval), query: { ...page, state }, signal }),
    get: (id: string, signal?: AbortSignal) => request('GET', of(id), { schema: approval, signal }),
    approve: (id: string, note = '') =>
      request('POST', of(id, '/approve'), { schema: approval, body: { note } }),
    refuse: (id: string, note: string) =>
      request('POST', of(id, '/refuse'), { schema: approval, body: { note } }),
    withdraw: (id: string) => request('POST', of(id, '/withdraw'), { schema: approval }),
    kinds: (signal?: AbortSignal) =>
      request('GET', '/api/v1/approval-kinds', { schema: approvalKinds, signal }),
    setMode: (kind: ApprovalKindName, mode: ApprovalMode) =>
      request('PATCH', `/api/v1/approval-kinds/${kind}`, { schema: approvalKind, body: { mode } }),
  };
}
