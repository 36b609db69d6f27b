import {
  approval,
  approvalApprove,
  approvalKind,
  approvalKinds,
  approvalKindUpdate,
  approvalQuery,
  approvalRefuse,
  byApprovalKind,
  byId,
  pageOf,
  type ApprovalKindName,
  type ApprovalMode,
} from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import { callerOf } from '../request-context.ts';
import type { Approvals } from './service.ts';

/** Requests for a second person, and which acts need one. */
export function approvalRoutes(approvals: Approvals): Routes {
  return async (app) => {
    app.get(
      '/api/v1/approvals',
      {
        schema: { querystring: approvalQuery, response: { 200: pageOf(approval) } },
        config: { access: 'signed-in' },
      },
      async (request) => approvals.list(callerOf(request), request.query),
    );

    app.get(
      '/api/v1/approvals/:id',
      { schema: { params: byId, response: { 200: approval } }, config: { access: 'signed-in' } },
      async (request) => approvals.get(callerOf(request), request.params.id),
    );

    app.post(
      '/api/v1/approvals/:id/approve',
      {
        schema: { params: byId, body: approvalApprove, response: { 200: approval } },
        config: { access: 'signed-in', audit: 'approval.approve', stepUp: true },
      },
      async (request) => approvals.approve(callerOf(request), request.params.id, request.body.note),
    );

    app.post(
      '/api/v1/approvals/:id/refuse',
      {
        schema: { params: byId, body: approvalRefuse, response: { 200: approval } },
        config: { access: 'signed-in', audit: 'approval.refuse' },
      },
      async (request) => approvals.refuse(callerOf(request), request.params.id, request.body.note),
    );

    app.post(
      '/api/v1/approvals/:id/withdraw',
      {
        schema: { params: byId, response: { 200: approval } },
        config: { access: 'signed-in', audit: 'approval.withdraw' },
      },
      async (request) => approvals.withdraw(callerOf(request), request.params.id),
    );

    app.get(
      '/api/v1/approval-kinds',
      { schema: { response: { 200: approvalKinds } }, config: { access: 'system.read' } },
      async () => ({ items: await approvals.kinds() }),
    );

    app.patch(
      '/api/v1/approval-kinds/:kind',
      {
        schema: { params: byApprovalKind, body: approvalKindUpdate, response: { 200: approvalKind } },
        config: {
          access: 'system.configure',
          audit: 'approval-kind.update',
          stepUp: true,
          // Or one person could do alone what needs two, by switching that off first.
          approval: 'grant-administration',
          approvalWhen: (request) => {
            const { kind } = request.params as { kind: ApprovalKindName };
            return approvals.weakens(kind, (request.body as { mode: ApprovalMode }).mode);
          },
        },
      },
      async (request) => {
        const { kind } = request.params;
        request.auditTarget = { type: 'approval-kind', id: kind };
        request.auditDetails['mode'] = request.body.mode;
        return approvals.setMode(kind, request.body.mode);
      },
    );
  };
}
