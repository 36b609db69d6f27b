import { byId, legalHold, legalHoldInput, pageOf, type LegalHoldView } from '@custos/contract';
import type { FastifyRequest } from 'fastify';
import { httpError } from '../../http/problem.ts';
import type { Routes } from '../../http/types.ts';
import type { HoldService } from './holds.ts';
import type { LegalHold } from './types.ts';

export interface HoldRouteParts {
  readonly holds: Pick<HoldService, 'list' | 'place' | 'release'>;
}

const viewOf = (hold: LegalHold): LegalHoldView => ({
  ...hold,
  logs: hold.logs === null ? null : [...hold.logs],
});

/** The person, also behind a token: a hold outlives tokens. */
function personOf({ identity }: FastifyRequest): string {
  if (identity === null) throw httpError(401, 'unauthenticated');
  return identity.userId;
}

/**
 * Legal holds. Placing and releasing one is in the log if and only if it was done, since the service puts
 * it there in its own transaction; the attempt is on record before.
 */
export function holdRoutes({ holds }: HoldRouteParts): Routes {
  return async (app) => {
    app.get(
      '/api/v1/audit/holds',
      {
        config: { access: 'audit.read' },
        schema: {
          summary: 'Legal holds, those that were released too',
          response: { 200: pageOf(legalHold) },
        },
      },
      async () => ({ items: (await holds.list()).map(viewOf), nextCursor: null }),
    );

    app.post(
      '/api/v1/audit/holds',
      {
        config: { access: 'hold.manage', audit: 'legal-hold.place' },
        schema: {
          summary: 'Place a legal hold',
          description: 'Keeps what was received in a time, in some or all logs, until it is released.',
          body: legalHoldInput,
          response: { 200: legalHold },
        },
      },
      async (request) => {
        const hold = await holds.place({ ...request.body, by: personOf(request) });
        request.auditTarget = { type: 'legal-hold', id: hold.id };
        return viewOf(hold);
      },
    );

    app.post(
      '/api/v1/audit/holds/:id/release',
      {
        config: {
          access: 'hold.manage',
          audit: 'legal-hold.release',
          approval: 'release-hold',
          stepUp: true,
        },
        schema: {
          summary: 'Release a legal hold',
          params: byId,
          body: legalHoldInput.pick({ reason: true }),
          response: { 200: legalHold },
        },
      },
      async (request) => {
        const { reason } = request.body;
        return viewOf(await holds.release(request.params.id, { by: personOf(request), reason }));
      },
    );
  };
}
