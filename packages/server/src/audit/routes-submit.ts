import { acknowledgement, submissionAnswer } from '@custos/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CustosError } from '../base/errors.ts';
import type { Routes } from '../http/types.ts';
import type { Intake } from './events/intake.ts';
import { textLimits } from './events/limits.ts';
import type { Submissions } from './submissions.ts';

const headers = z.looseObject({ 'idempotency-key': z.string().optional() });
const answer = { 200: submissionAnswer } as const;

/** The largest body: 1 MB, which a batch of a thousand ordinary events fits into. */
const bodyLimit = 1_048_576;

/** The authenticated sender; limits count per source, and the event says so. */
function sourceOf(request: FastifyRequest): string {
  const { identity } = request;
  const name = (identity?.tokenName ?? identity?.name)?.replaceAll(/\p{Cc}/gu, ' ').trim() ?? '';
  return name.slice(0, textLimits.source).toWellFormed() || (identity?.tokenId ?? 'unknown');
}

/**
 * `POST /api/v1/audit/events`: one event or a list, with an answer for each. The token's name is the source.
 * A batch with nothing that could be kept is answered 200 too: what became of each event is in the answer.
 */
export function submitRoutes(parts: {
  readonly submissions: Pick<Submissions, 'submit'>;
  readonly intake: Pick<Intake, 'recordBlocked'>;
}): Routes {
  const { submissions, intake } = parts;
  return async (app) => {
    app.route({
      method: 'POST',
      url: '/api/v1/audit/events',
      config: { access: 'audit.write', ownLimits: true },
      bodyLimit,
      schema: {
        summary: 'Put events of other services on record',
        description:
          'Takes one event or a list of up to 1,000. `acknowledgement` says when to answer: `durable` (on disk), ' +
          '`witnessed` (a quorum of witnesses signed) or `buffered` (in memory only; not for security and financial ' +
          'events). An exact repeat under the same `Idempotency-Key` within 24 hours gets the same answer.',
        headers,
        querystring: z.object({ acknowledgement: acknowledgement.default('durable') }),
        body: z.union([z.array(z.unknown()), z.looseObject({})]),
        response: answer,
      },
      handler: async (request) => {
        const batch = Array.isArray(request.body) ? request.body : [request.body];
        const idempotencyKey = request.headers['idempotency-key'];
        const { results } = await submissions.submit(batch, {
          source: sourceOf(request),
          acknowledgement: request.query.acknowledgement,
          idempotencyKey,
        });
        return { results: results.map((result) => ({ ...result })) } as z.input<typeof submissionAnswer>;
      },
    });

    /** Calls that were turned away before their events were looked at are security events too. */
    app.addHook('onError', async (request, _reply, error) => {
      if (request.routeOptions.url !== '/api/v1/audit/events' || request.method !== 'POST') return;
      const known = error as Partial<CustosError> & { readonly statusCode?: number };
      const status = known.status ?? known.statusCode ?? 500;
      if (status < 400 || status >= 500 || status === 422) return;
      intake.recordBlocked(
        request.identity === null ? 'not signed in' : sourceOf(request),
        `status ${status}`,
      );
    });
  };
}
