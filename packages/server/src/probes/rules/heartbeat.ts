import { formatDuration } from '../../base/duration.ts';
import type { CheckOutcome, PingState } from '../types.ts';

/** In whole seconds: nobody needs the milliseconds of an hour. */
const ago = (ms: number): string => formatDuration(Math.max(1000, Math.round(ms / 1000) * 1000));

export interface HeartbeatPlan {
  /** A finish is expected at least this often, ms. */
  readonly periodMs: number;
  /** How late it may be, ms. */
  readonly graceMs: number;
  /** How long one run may take from start to finish, ms; null for as long as it likes. */
  readonly maxRunMs: number | null;
  /** When the probe was made, ms; the first finish is expected one period after. */
  readonly since: number;
  /** Since when calls can have arrived, ms: while Custos was not running they were lost. */
  readonly listeningSince: number;
}

/** After a start of Custos a job gets one period to call, but at most this long, ms. */
const patienceMs = 300_000;

const settled = { latencyMs: null, decisive: true } as const;

/**
 * Says how a watched job is, from its calls.
 *
 * Down when its last word was a failure, when it started and did not finish within its limit, or when no
 * finish came within period and grace. Nothing is concluded before the first call is due. Every outcome is
 * decisive: grace is the tolerance, so N of M does not add to it.
 */
export function judgeHeartbeat(ping: PingState, plan: HeartbeatPlan, now: number): CheckOutcome {
  const { lastStartAt, lastFinishAt, lastFailAt } = ping;
  const finished = lastFinishAt ?? 0;
  const values: Record<string, number> = {};
  if (ping.durationMs !== null) values['run_duration_ms'] = ping.durationMs;
  if (ping.exitCode !== null) values['exit_code'] = ping.exitCode;
  if (lastFinishAt !== null) values['since_finish_ms'] = Math.max(0, now - lastFinishAt);
  const running = lastStartAt !== null && lastStartAt > finished && lastStartAt > (lastFailAt ?? 0);

  if (lastFailAt !== null && lastFailAt >= finished && !running) {
    const note = ping.note === '' ? '' : `: ${ping.note}`;
    return { ...settled, status: 'down', message: `The job reported a failure${note}.`, values };
  }
  if (running && plan.maxRunMs !== null && now - lastStartAt > plan.maxRunMs) {
    const message = `Started ${ago(now - lastStartAt)} ago and has not finished; ${formatDuration(plan.maxRunMs)} is allowed.`;
    return { ...settled, status: 'down', message, values };
  }
  const expectedBy = Math.max(
    (lastFinishAt ?? plan.since) + plan.periodMs + plan.graceMs,
    plan.listeningSince + Math.min(plan.periodMs, patienceMs),
  );
  if (now > expectedBy) {
    const last =
      lastFinishAt === null ? 'It has never called' : `Its last call was ${ago(now - lastFinishAt)} ago`;
    return {
      ...settled,
      status: 'down',
      message: `${last}; expected every ${formatDuration(plan.periodMs)}.`,
      values,
    };
  }
  // A failure that a new run has followed stays one until that run has finished.
  if (lastFailAt !== null && lastFailAt >= finished) {
    return { ...settled, status: 'down', message: 'The last run failed; the next one is running.', values };
  }
  if (lastFinishAt === null) {
    return { latencyMs: null, status: 'inconclusive', message: 'Waiting for its first call.', values };
  }
  return { ...settled, status: 'up', message: running ? 'Running.' : 'Called in time.', values };
}
