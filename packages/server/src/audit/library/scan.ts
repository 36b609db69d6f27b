import type { Catalogue } from '../events/catalogue.ts';
import { conditionOf } from '../index/condition.ts';
import { readEntry, type IndexedEntry } from '../index/indexed-entry.ts';
import { matches } from '../index/matches.ts';
import type { AuditFilter, FoundEvent } from '../index/types.ts';
import type { Ledger } from '../log/ledger-types.ts';
import type { LogReader } from '../log/log-reader.ts';

/** Entries per bundle of the logs (C2SP tlog-tiles): what is read at once. */
const bundleEntries = 256;

/** The entries of one log, the last one first. */
async function* backwards(reader: LogReader): AsyncGenerator<IndexedEntry> {
  const lowest = reader.minimumIndex();
  for (let to = reader.head().size; to > lowest;) {
    const from = Math.max(lowest, Math.floor((to - 1) / bundleEntries) * bundleEntries);
    const entries = await reader.entries(from, to);
    for (let place = entries.length - 1; place >= 0; place -= 1) {
      yield readEntry(reader.name, from + place, entries[place] as Buffer);
    }
    to = from;
  }
}

/**
 * Events that a filter is true of, newest first: each log from its end, merged by the time of receipt. What
 * is appended meanwhile is not seen. The filter means what it means to the server's query index.
 */
export async function* scan(
  ledger: Pick<Ledger, 'names' | 'reader'>,
  filter: AuditFilter,
  catalogue: Catalogue,
): AsyncGenerator<FoundEvent> {
  const condition = conditionOf(filter, catalogue);
  const logs = ledger.names().filter((name) => filter.log === undefined || name === filter.log);
  const streams = logs.map((name) => backwards(ledger.reader(name)));
  const heads = await Promise.all(streams.map(async (stream) => (await stream.next()).value));
  for (;;) {
    let newest = -1;
    for (const [place, head] of heads.entries()) {
      const best = heads[newest];
      if (head && (!best || head.receivedTime > best.receivedTime)) newest = place;
    }
    const entry = heads[newest];
    if (!entry) return;
    if (entry.event !== null && matches(entry, condition)) {
      yield { log: entry.log, index: entry.index, event: entry.event };
    }
    heads[newest] = (await streams[newest]?.next())?.value;
  }
}
