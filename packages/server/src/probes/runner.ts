import { isIP } from 'node:net';
import { formatDuration } from '../base/duration.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { OutboundError } from '../outbound/errors.ts';
import type { CheckContext, ProbeKind } from './kinds/kind.ts';
import type { CheckOutcome } from './types.ts';

/** What one check is made of, its options parsed and its secrets in place. */
export interface CheckPlan {
  readonly kind: ProbeKind;
  readonly options: unknown;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly latencyBudgetMs: number | null;
}

/** How long after its timeout a check is cut off, ms: most end by themselves and can say where they stood. */
const graceMs = 100;

type Surroundings = Omit<CheckContext, 'signal' | 'timeoutMs'>;

/**
 * Runs one check: up to `retries` further tries after a failure, each within the timeout, then the latency
 * budget. Never rejects. A check that is called off from outside is inconclusive.
 */
export async function runCheck(
  plan: CheckPlan,
  around: Surroundings,
  signal: AbortSignal,
): Promise<CheckOutcome> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = withinBudget(await tryOnce(plan, around, signal), plan.latencyBudgetMs);
    if (outcome.status !== 'down' || outcome.decisive === true || attempt >= plan.retries) return outcome;
    await around.clock.sleep(plan.retryDelayMs, signal);
    if (signal.aborted) return calledOff;
  }
}

const calledOff: CheckOutcome = {
  status: 'inconclusive',
  latencyMs: null,
  message: 'The check was called off.',
  values: {},
};

async function tryOnce(plan: CheckPlan, around: Surroundings, outer: AbortSignal): Promise<CheckOutcome> {
  if (outer.aborted) return calledOff;
  const limit = new AbortController();
  const stop = (): void => limit.abort();
  outer.addEventListener('abort', stop);
  const startedAt = around.clock.monotonic();
  const check = plan.kind.check(plan.options, { ...around, signal: limit.signal, timeoutMs: plan.timeoutMs });
  try {
    const outcome = await Promise.race([check, expiry(plan.timeoutMs + graceMs, around.clock, limit)]);
    return outer.aborted ? calledOff : (outcome ?? timeUp(plan.timeoutMs));
  } catch (error) {
    if (outer.aborted) return calledOff;
    return failed(error, around.clock.monotonic() - startedAt);
  } finally {
    outer.removeEventListener('abort', stop);
    limit.abort();
    check.catch(() => undefined);
  }
}

/** Resolves to nothing when the time is up. */
async function expiry(timeoutMs: number, clock: Clock, limit: AbortController): Promise<undefined> {
  await clock.sleep(timeoutMs, limit.signal);
  return undefined;
}

const timeUp = (timeoutMs: number): CheckOutcome => ({
  status: 'down',
  latencyMs: null,
  message: `No answer within ${formatDuration(timeoutMs)}.`,
  values: {},
});

function failed(error: unknown, latencyMs: number): CheckOutcome {
  const outbound = error instanceof OutboundError ? error : undefined;
  const doubt = outbound !== undefined && (outbound.ownNetwork || outbound.causeCode === 'EHOSTUNREACH');
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  const text =
    outbound === undefined && typeof code === 'string' && messageOf(error) === '' ? code : messageOf(error);
  return { status: 'down', latencyMs, message: text, values: {}, doubt };
}

function withinBudget(outcome: CheckOutcome, budgetMs: number | null): CheckOutcome {
  const { latencyMs } = outcome;
  if (budgetMs === null || latencyMs === null || latencyMs <= budgetMs || outcome.status !== 'up')
    return outcome;
  const message = `Took ${Math.round(latencyMs)} ms, more than the budget of ${budgetMs} ms.`;
  return { ...outcome, status: 'degraded', message };
}

/** True when a check of this host goes over the network, so that it can tell of it and suffer from it. */
export function isExternal(host: string | null): boolean {
  if (host === null) return false;
  const bare = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (bare === 'localhost' || bare.endsWith('.localhost')) return false;
  return isIP(bare) === 0 || !(bare.startsWith('127.') || bare === '::1');
}
