import { givingWay, type StoredDay, type StoredKind } from './types.ts';

/**
 * What has to go so that the rest fits into the budget: the oldest days of the least important kind first,
 * then those of the next. Today's go only when all older ones did not suffice, in the same order; what is held
 * never goes.
 */
export function daysToDrop(
  stored: readonly StoredDay[],
  limits: {
    readonly totalBytes: number;
    readonly budgetBytes: number;
    readonly held: ReadonlySet<StoredKind>;
    readonly today: string;
  },
): readonly StoredDay[] {
  let over = limits.totalBytes - limits.budgetBytes;
  const dropped: StoredDay[] = [];
  for (const ofToday of [false, true]) {
    for (const kind of givingWay) {
      if (limits.held.has(kind)) continue;
      const days = stored
        .filter((day) => day.kind === kind && day.day >= limits.today === ofToday)
        .toSorted((left, right) => left.day.localeCompare(right.day));
      for (const day of days) {
        if (over <= 0) return dropped;
        dropped.push(day);
        over -= day.bytes;
      }
    }
  }
  return dropped;
}
