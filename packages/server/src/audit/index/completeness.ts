import { createHash, hash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Follower } from './follower.ts';
import { rangeEntries, type IndexStore, type LogSpan } from './store.ts';
import type { CompletenessReport, DifferingRange, IndexedLedger, LogCompleteness } from './types.ts';
import { columnsUnavailable } from '../../storage/columns/errors.ts';

const hashBytes = 32;
const maxNamed = 20;

/** The indexes of a span where index and log differ, by comparing every leaf hash. */
async function differences(store: IndexStore, span: LogSpan, hashes: Buffer): Promise<readonly number[]> {
  const found = new Map<number, string[]>();
  for (const { idx, hash: one } of await store.leafHashes(span))
    found.set(idx, [...(found.get(idx) ?? []), one]);
  const differing: number[] = [];
  for (let index = span.from; index < span.to && differing.length < maxNamed; index += 1) {
    const at = (index - span.from) * hashBytes;
    const expected = hashes.subarray(at, at + hashBytes).toString('hex');
    const rows = found.get(index) ?? [];
    if (rows.length !== 1 || rows[0] !== expected) differing.push(index);
  }
  return differing;
}

async function checkLog(parts: CompletenessParts, log: string, indexedTo: number): Promise<LogCompleteness> {
  const reader = parts.ledger.reader(log);
  const from = reader.minimumIndex();
  const { size } = reader.head();
  const to = Math.max(from, Math.min(size, indexedTo));
  const [expectedDigest, foundDigest] = [createHash('sha256'), createHash('sha256')];
  const differing: DifferingRange[] = [];
  for (let at = from; at < to;) {
    const end = Math.min(to, (Math.floor(at / rangeEntries) + 1) * rangeEntries);
    const span = { log, from: at, to: end };
    const hashes = await reader.leafHashes(at, end);
    const expected = hash('sha256', hashes.toString('hex').toUpperCase());
    const { found, digest } = await parts.store.digest(span);
    expectedDigest.update(expected);
    foundDigest.update(digest);
    if (expected !== digest && reader.minimumIndex() <= at) {
      differing.push({
        from: at,
        to: end,
        expected: end - at,
        found,
        indexes: await differences(parts.store, span, hashes),
      });
    }
    at = end;
  }
  return {
    log,
    from,
    to,
    behind: size - to,
    expectedDigest: expectedDigest.digest('hex'),
    foundDigest: foundDigest.digest('hex'),
    differing,
  };
}

export interface CompletenessParts {
  readonly ledger: IndexedLedger;
  readonly store: IndexStore;
  readonly follower: Follower;
  readonly clock: Clock;
}

/**
 * Compares the index with the logs, range by range: how many entries there are, and a digest over their leaf
 * hashes in order. The log's come from its tiles; the index's are computed from what its rows hold, so a row
 * that was changed differs just as one that is missing. Raises `columns_unavailable` while the engine is away.
 */
export async function checkCompleteness(parts: CompletenessParts): Promise<CompletenessReport> {
  const { ledger, follower, clock } = parts;
  const start = clock.monotonic();
  const positions = await follower.positions();
  if (positions === null) throw columnsUnavailable('the index cannot be compared with the logs.');
  const logs: LogCompleteness[] = [];
  for (const log of ledger.names()) logs.push(await checkLog(parts, log, positions.of(log)));
  return {
    ok: logs.every(({ differing }) => differing.length === 0),
    checkedAt: clock.now(),
    durationMs: clock.monotonic() - start,
    logs,
  };
}
