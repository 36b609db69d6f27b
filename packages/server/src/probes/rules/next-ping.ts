import type { PingState } from '../types.ts';
import { plainText } from './apply-result.ts';

/** A call of a watched job. An exit code other than 0 makes a finish a failure. */
export interface PingCall {
  readonly event: 'start' | 'finish' | 'fail';
  readonly exitCode: number | null;
  readonly note: string;
}

/** What is known of the job after one more call. A run's duration is from its start to its end. */
export function nextPing(before: PingState, call: PingCall, now: number): PingState {
  if (call.event === 'start') return { ...before, lastStartAt: now };
  const failed = call.event === 'fail' || (call.exitCode !== null && call.exitCode !== 0);
  const ended = Math.max(before.lastFinishAt ?? 0, before.lastFailAt ?? 0);
  const running = before.lastStartAt !== null && before.lastStartAt >= ended;
  const note = plainText(call.note, 300);
  const exit = call.exitCode === null || call.exitCode === 0 ? '' : `exit code ${call.exitCode}`;
  return {
    ...before,
    ...(failed ? { lastFailAt: now } : { lastFinishAt: now }),
    durationMs: running ? now - (before.lastStartAt ?? now) : null,
    exitCode: call.exitCode,
    note: failed ? [exit, note].filter((part) => part !== '').join(', ') : note,
  };
}
