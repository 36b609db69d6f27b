import type { ResultStatus } from '@custos/contract';

/** What the last results alone say about a probe. */
export type Condition = 'up' | 'degraded' | 'down' | 'unknown';

export interface Streak {
  /** The last conclusive results, oldest first; at most the window. */
  readonly recent: readonly Exclude<ResultStatus, 'inconclusive'>[];
  /** Inconclusive results since the last conclusive one. */
  readonly inconclusive: number;
  readonly condition: Condition;
}

export const freshStreak: Streak = { recent: [], inconclusive: 0, condition: 'unknown' };

export interface StreakLimits {
  /** Down with at least this many failures among the last `window` conclusive results. */
  readonly count: number;
  readonly window: number;
}

/**
 * Takes one more result into account (N of M).
 *
 * - `down` while at least `count` of the last `window` conclusive results are failures; `degraded` while
 *   failures and degraded results together are that many.
 * - A bad result that is not enough by itself leaves the condition as it was.
 * - Inconclusive results count for nothing, except that `window` of them in a row turn what was thought to
 *   be up into `unknown`. What was down stays down until a result says otherwise.
 * - A decisive result settles the condition at once.
 */
export function advance(
  streak: Streak,
  result: { readonly status: ResultStatus; readonly decisive?: boolean },
  limits: StreakLimits,
): Streak {
  if (result.status === 'inconclusive') {
    const inconclusive = streak.inconclusive + 1;
    const lost = inconclusive >= limits.window && streak.condition !== 'down';
    return { ...streak, inconclusive, condition: lost ? 'unknown' : streak.condition };
  }
  if (result.decisive === true) {
    return { recent: [result.status], inconclusive: 0, condition: result.status };
  }
  const recent = [...streak.recent, result.status].slice(-limits.window);
  return { recent, inconclusive: 0, condition: conditionOf(recent, streak.condition, limits.count) };
}

function conditionOf(recent: Streak['recent'], before: Condition, count: number): Condition {
  const down = recent.filter((status) => status === 'down').length;
  const bad = recent.filter((status) => status !== 'up').length;
  if (down >= count) return 'down';
  if (bad >= count) return 'degraded';
  if (recent.at(-1) === 'up') return 'up';
  return before === 'down' ? 'degraded' : before;
}
