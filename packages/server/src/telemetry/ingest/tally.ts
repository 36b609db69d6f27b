import type { IngestSourceView, RefusalReason } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import type { IngestTally, Source } from '../types.ts';

const minuteMs = 60_000;
const ringSize = 60;
/** Sources that are told apart; what comes from further ones is counted under `others` of their door. */
const mostSources = 1_000;
/** A source that has sent nothing for this long makes room when another comes. */
const forgetMs = 24 * 60 * minuteMs;
const exampleLength = 300;

/** Counts by slots of time: the last 60, each forgotten when its place is needed again. */
class Ring {
  readonly #counts = new Float64Array(ringSize);
  #newest = 0;

  /** Makes `slot` the newest; slots that were skipped count nothing. */
  #reach(slot: number): void {
    if (slot <= this.#newest) return;
    const skipped = Math.min(ringSize, slot - this.#newest);
    for (let back = 0; back < skipped; back += 1) this.#counts[(slot - back) % ringSize] = 0;
    this.#newest = slot;
  }

  add(slot: number, count: number): void {
    this.#reach(slot);
    this.#counts[slot % ringSize]! += count;
  }

  /** Oldest first; the last is `slot`. */
  list(slot: number): number[] {
    this.#reach(slot);
    return Array.from({ length: ringSize }, (_, at) => this.#counts[(this.#newest + 1 + at) % ringSize]!);
  }
}

interface Refused {
  count: number;
  lastAt: number;
  example: string;
}

interface Entry {
  readonly source: Source;
  readonly firstSeenAt: number;
  lastSeenAt: number;
  accepted: number;
  bytes: number;
  readonly seconds: Ring;
  readonly byteSeconds: Ring;
  readonly minutes: Ring;
  readonly refusals: Map<RefusalReason, Refused>;
}

/** A figure for `/metrics`. */
interface TallyFigure {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter';
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

export interface CountingTally extends IngestTally {
  /** Everybody who has sent something, who sent last first. */
  sources(): IngestSourceView[];
  /** What came in and what was refused by door and signal, since the start. */
  figures(): readonly TallyFigure[];
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/**
 * Counts what comes in, by source: in all, over the last minute, and by minute over the last hour. Nothing
 * a sender does makes it grow without bound.
 */
export function createTally(clock: Clock): CountingTally {
  const entries = new Map<string, Entry>();
  const totals = new Map<string, { labels: Record<string, string>; items: number; bytes: number }>();
  const refusedTotals = new Map<string, { labels: Record<string, string>; value: number }>();
  const secondOf = (): number => Math.floor(clock.now() / 1000);

  function makeRoom(): boolean {
    if (entries.size < mostSources) return true;
    const before = clock.now() - forgetMs;
    for (const [key, entry] of entries) {
      if (entry.lastSeenAt < before) entries.delete(key);
    }
    return entries.size < mostSources;
  }

  function entryOf(source: Source): Entry {
    const now = clock.now();
    let key = `${source.door}\n${source.signal}\n${source.name}`;
    let entry = entries.get(key);
    if (entry === undefined && !makeRoom()) {
      key = `${source.door}\n${source.signal}\n\nothers`;
      entry = entries.get(key);
    }
    if (entry === undefined) {
      entry = {
        source: key.endsWith('\n\nothers') ? { ...source, name: 'others' } : source,
        firstSeenAt: now,
        lastSeenAt: now,
        accepted: 0,
        bytes: 0,
        seconds: new Ring(),
        byteSeconds: new Ring(),
        minutes: new Ring(),
        refusals: new Map(),
      };
      entries.set(key, entry);
    }
    entry.lastSeenAt = now;
    return entry;
  }

  function view(entry: Entry): IngestSourceView {
    const second = secondOf();
    // The running second is not over: its share would make every rate too low.
    const lastMinute = (ring: Ring): number => sum(ring.list(second).slice(0, -1)) / (ringSize - 1);
    return {
      ...entry.source,
      firstSeenAt: entry.firstSeenAt,
      lastSeenAt: entry.lastSeenAt,
      accepted: entry.accepted,
      refused: sum([...entry.refusals.values()].map(({ count }) => count)),
      bytes: entry.bytes,
      perSecond: lastMinute(entry.seconds),
      bytesPerSecond: lastMinute(entry.byteSeconds),
      history: entry.minutes.list(Math.floor(second / 60)).map((count) => count / 60),
      refusals: [...entry.refusals].map(([reason, refused]) => ({ reason, ...refused })),
    };
  }

  return {
    accepted(source, count, bytes) {
      const entry = entryOf(source);
      const second = secondOf();
      entry.accepted += count;
      entry.bytes += bytes;
      entry.seconds.add(second, count);
      entry.byteSeconds.add(second, bytes);
      entry.minutes.add(Math.floor(second / 60), count);
      const { door, signal } = source;
      const key = `${door} ${signal}`;
      const total = totals.get(key) ?? { labels: { door, signal }, items: 0, bytes: 0 };
      total.items += count;
      total.bytes += bytes;
      totals.set(key, total);
    },

    refused(source, refusals) {
      if (refusals.length === 0) return;
      const entry = entryOf(source);
      for (const { reason, message, count } of refusals) {
        const known = entry.refusals.get(reason);
        entry.refusals.set(reason, {
          count: (known?.count ?? 0) + count,
          lastAt: entry.lastSeenAt,
          example: message.slice(0, exampleLength),
        });
        const { door, signal } = source;
        const key = `${door} ${signal} ${reason}`;
        const total = refusedTotals.get(key) ?? { labels: { door, signal, reason }, value: 0 };
        total.value += count;
        refusedTotals.set(key, total);
      }
    },

    sources: () =>
      [...entries.values()].toSorted((left, right) => right.lastSeenAt - left.lastSeenAt).map(view),

    figures: () => [
      {
        name: 'custos_ingest_accepted_total',
        help: 'Samples, records and spans that were taken.',
        type: 'counter',
        samples: [...totals.values()].map(({ labels, items }) => ({ labels, value: items })),
      },
      {
        name: 'custos_ingest_bytes_total',
        help: 'Bytes of bodies that were taken, after decompression.',
        type: 'counter',
        samples: [...totals.values()].map(({ labels, bytes }) => ({ labels, value: bytes })),
      },
      {
        name: 'custos_ingest_refused_total',
        help: 'Samples, records and spans that were refused, by reason.',
        type: 'counter',
        samples: [...refusedTotals.values()],
      },
    ],
  };
}
