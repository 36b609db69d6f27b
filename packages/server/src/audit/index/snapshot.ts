import type { Condition } from './condition.ts';
import type { Positions } from './follower.ts';
import type { LogView } from './result-cache.ts';
import type { LogSpan } from './store.ts';
import type { IndexedLedger } from './types.ts';

/** What one search is about: of every log the part that the index answers for, and the tail. */
export interface Snapshot {
  readonly view: LogView;
  readonly indexed: readonly LogSpan[];
  readonly tail: readonly LogSpan[];
}

/** The logs as they are now; with `positions` null everything is tail. */
export function takeSnapshot(
  ledger: IndexedLedger,
  condition: Condition,
  positions: Positions | null,
): Snapshot {
  const view = new Map<string, { size: number; minimumIndex: number }>();
  const indexed: LogSpan[] = [];
  const tail: LogSpan[] = [];
  for (const log of ledger.names()) {
    if (condition.log !== undefined && condition.log !== log) continue;
    const reader = ledger.reader(log);
    const [size, minimumIndex] = [reader.head().size, reader.minimumIndex()];
    // An engine that outlived a log which was restored from an older copy has more than the log.
    const known = Math.min(size, positions?.of(log) ?? 0);
    const end = Math.max(minimumIndex, known);
    view.set(log, { size, minimumIndex });
    if (end > minimumIndex) indexed.push({ log, from: minimumIndex, to: end });
    if (size > end) tail.push({ log, from: end, to: size });
  }
  return { view, indexed, tail };
}
