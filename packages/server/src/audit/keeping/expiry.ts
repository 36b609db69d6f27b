/** Where a search looks: indexes `from` up to, not including, `to`. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

/** When the entry at an index was received, ms; `undefined` when it does not say. */
type TimeAt = (index: number) => Promise<number | undefined>;

/**
 * The first index of a range at which something was received at or after `time`, by binary search; the
 * range's end when there is none. Right as far as times grow with indexes, which they do but for steps of
 * the clock; `expiredPrefix` looks at every entry.
 */
export async function firstNotBefore(
  { from, to }: IndexRange,
  time: number,
  timeAt: TimeAt,
): Promise<number> {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    // An entry that does not say counts as old as the next one that does.
    let place = middle;
    let found = await timeAt(place);
    while (found === undefined && place + 1 < high) found = await timeAt((place += 1));
    if (found === undefined || found >= time) high = middle;
    else low = place + 1;
  }
  return low;
}

export interface ExpiredPrefix {
  /** Everything before this has expired and is not held. */
  readonly end: number;
  /** The hold that stopped it; null when none did. */
  readonly heldBy: string | null;
  readonly oldest: number;
  readonly newest: number;
}

/**
 * How far a range has expired, looking at every entry: up to the first that was received at or after
 * `before`, or that a hold blocks. Entries that do not say when they were received go with the next one
 * that does.
 */
export async function expiredPrefix(
  entries: AsyncIterable<{ readonly index: number; readonly time: number | undefined }>,
  from: number,
  rule: { readonly before: number; blocks(time: number): string | null },
): Promise<ExpiredPrefix> {
  let end = from;
  let oldest = Infinity;
  let newest = -Infinity;
  for await (const { index, time } of entries) {
    if (time === undefined) continue;
    if (time >= rule.before) break;
    const heldBy = rule.blocks(time);
    if (heldBy !== null) return { end, heldBy, oldest, newest };
    end = index + 1;
    oldest = Math.min(oldest, time);
    newest = Math.max(newest, time);
  }
  return { end, heldBy: null, oldest, newest };
}
