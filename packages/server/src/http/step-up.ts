import type { FastifyRequest } from 'fastify';
import type { Identity } from '../access/types.ts';
import { httpError } from './problem.ts';

/** Knows when somebody last proved to be themselves. */
export interface StepUp {
  /** True when the proof of this session is fresh enough for a marked act. */
  isFresh(identity: Identity): Promise<boolean>;
}

/**
 * Refuses a route with `config.stepUp` unless its caller has proven lately to be themselves (OWASP ASVS
 * 5.0, 7.5.3). A program cannot do that, so it cannot do a marked act at all. An act that was approved had
 * its proof when it was asked for.
 */
export async function requireStepUp(request: FastifyRequest, stepUp: StepUp | undefined): Promise<void> {
  const { identity } = request;
  if (request.routeOptions.config.stepUp !== true || stepUp === undefined || identity === null) return;
  if (request.approved !== null) return;
  if (identity.kind === 'token') {
    throw httpError(
      403,
      'step_up_required',
      'An API token cannot do this: it needs a person who has just confirmed that it is them.',
    );
  }
  if (!(await stepUp.isFresh(identity))) throw httpError(403, 'step_up_required');
}
