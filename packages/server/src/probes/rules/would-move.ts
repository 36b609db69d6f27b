import type { ProbeState } from '../model.ts';
import type { ResultRow } from '../types.ts';
import { advance } from './streak.ts';

/** True when a result changes what is said of a probe, so that writing it cannot wait for others. */
export function wouldMove(
  state: Pick<ProbeState, 'streak'>,
  { row, decisive }: { readonly row: Pick<ResultRow, 'status'>; readonly decisive: boolean },
  limits: { readonly failureCount: number; readonly failureWindow: number },
): boolean {
  const next = advance(
    state.streak,
    { status: row.status, decisive },
    { count: limits.failureCount, window: limits.failureWindow },
  );
  return next.condition !== state.streak.condition;
}
