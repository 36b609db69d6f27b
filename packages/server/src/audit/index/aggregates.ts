import { invalidInput } from '../../base/errors.ts';
import type { LeafEvent, Outcome } from '../events/types.ts';
import type { Condition } from './condition.ts';
import type { Entries } from './entries.ts';
import { indexBehind } from './errors.ts';
import type { Follower } from './follower.ts';
import type { IndexedEntry } from './indexed-entry.ts';
import { valueOf } from './matches.ts';
import { takeSnapshot } from './snapshot.ts';
import type { IndexStore, LogSpan } from './store.ts';
import { entriesIn, readTail, tailLimit } from './tail.ts';
import type { IndexedLedger, SecurityGroup, TimeSpan, TopField } from './types.ts';
import { whileItHolds } from './while-it-holds.ts';

export interface AggregateParts {
  readonly ledger: IndexedLedger;
  readonly entries: Entries;
  readonly store: IndexStore;
  readonly follower: Follower;
}

const maxBuckets = 2_000;
/** Values of the tail that the engine is asked about by name; with more, the index has to catch up first. */
const maxNamed = 1_000;
const settleMs = 5_000;

const topValue: Readonly<Record<TopField, (event: LeafEvent) => string>> = {
  actor: valueOf.actor,
  target: valueOf.target,
  action: ({ action }) => action,
  type: valueOf.type,
  source: valueOf.source,
  outcome: valueOf.outcome,
};

/** For whom a security event is counted: the intake tells of others, everybody else of itself. */
const securitySource = ({ type, actor, source }: LeafEvent): string =>
  type.startsWith('intake.') && (actor.id ?? '') !== '' ? (actor.id as string) : source;

/** As {@link securityOccurrences} of the store counts them. */
function occurrencesOf({ type, details }: LeafEvent): number {
  const { count } = (details ?? {}) as { readonly count?: unknown };
  return type.startsWith('intake.') && Number.isSafeInteger(count) ? Math.max(1, count as number) : 1;
}

type EventEntry = IndexedEntry & { readonly event: LeafEvent };

/** Counts over the index and the tail together; each event once. */
export function createAggregates(parts: AggregateParts) {
  const { ledger, entries, store, follower } = parts;

  /** Gives the spans that the engine counts and the matches that it does not have. */
  const counting = async <T>(
    condition: Condition,
    count: (indexed: readonly LogSpan[], tail: readonly EventEntry[]) => Promise<T>,
  ): Promise<T> =>
    whileItHolds(follower, async (positions) => {
      let { indexed, tail } = takeSnapshot(ledger, condition, positions);
      if (positions !== null && entriesIn(tail) > maxNamed && (await follower.settle(settleMs))) {
        ({ indexed, tail } = takeSnapshot(ledger, condition, positions));
      }
      if (entriesIn(tail) > tailLimit) throw indexBehind(tailLimit, positions === null);
      return count(indexed, (await readTail(entries, tail, condition)) as readonly EventEntry[]);
    });

  return {
    async histogram(
      condition: Condition,
      { from, to, stepMs }: TimeSpan & { readonly stepMs: number },
    ): Promise<{ at: number; count: number }[]> {
      const buckets = Math.ceil((to - from) / stepMs);
      if (!(stepMs >= 1) || !Number.isInteger(stepMs) || !(buckets >= 1 && buckets <= maxBuckets)) {
        throw invalidInput([
          { field: 'stepMs', message: `must divide the time into 1 to ${maxBuckets} steps` },
        ]);
      }
      const narrowed: Condition = {
        ...condition,
        from: Math.max(from, condition.from ?? from),
        to: Math.min(to, condition.to ?? to),
      };
      const counts = Array.from({ length: buckets }, () => 0);
      await counting(narrowed, async (indexed, tail) => {
        counts.fill(0);
        const rows =
          indexed.length === 0 ? [] : await store.histogram(narrowed, indexed, { from, to, stepMs });
        for (const { bucket, count } of rows) counts[bucket] = (counts[bucket] ?? 0) + count;
        for (const { receivedTime } of tail) {
          const bucket = Math.floor((receivedTime - from) / stepMs);
          counts[bucket] = (counts[bucket] ?? 0) + 1;
        }
      });
      return counts.map((count, bucket) => ({ at: from + bucket * stepMs, count }));
    },

    async top(
      condition: Condition,
      field: TopField,
      limit: number,
    ): Promise<{ value: string; count: number }[]> {
      if (!(limit >= 1 && limit <= 1000))
        throw invalidInput([{ field: 'limit', message: 'must be 1 to 1000' }]);
      return counting(condition, async (indexed, tail) => {
        const counts = new Map<string, number>();
        for (const { event } of tail) {
          const value = topValue[field](event);
          if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
        }
        const named = [...counts.keys()];
        if (indexed.length > 0) {
          const rows = await store.top(condition, indexed, { field, limit, named });
          for (const { value, count } of rows) counts.set(value, (counts.get(value) ?? 0) + count);
        }
        return [...counts]
          .map(([value, count]) => ({ value, count }))
          .toSorted((left, right) => right.count - left.count || (left.value < right.value ? -1 : 1))
          .slice(0, limit);
      });
    },

    async security(condition: Condition): Promise<SecurityGroup[]> {
      return counting(condition, async (indexed, tail) => {
        const groups = new Map<string, Collected>();
        const rows = indexed.length === 0 ? [] : await store.security(condition, indexed);
        for (const { group_source, ...row } of rows) collect(groups, { source: group_source, ...row });
        for (const { event, receivedTime } of tail) {
          collect(groups, {
            source: securitySource(event),
            type: event.type,
            outcome: event.outcome,
            count: 1,
            occurrences: occurrencesOf(event),
            first: receivedTime,
            last: receivedTime,
          });
        }
        return [...groups.values()]
          .map(({ kinds, ...group }) => ({
            ...group,
            kinds: [...kinds.values()].toSorted(
              (left, right) => right.count - left.count || (left.type < right.type ? -1 : 1),
            ),
          }))
          .toSorted((left, right) => right.count - left.count || (left.source < right.source ? -1 : 1));
      });
    },
  };
}

interface Kind {
  readonly type: string;
  readonly outcome: Outcome;
  readonly count: number;
}

interface Collected {
  readonly source: string;
  readonly count: number;
  readonly occurrences: number;
  readonly first: number;
  readonly last: number;
  readonly kinds: Map<string, Kind>;
}

/** Adds counted events of one kind to the group of their source. */
function collect(
  groups: Map<string, Collected>,
  { type, outcome, ...one }: Omit<Collected, 'kinds'> & Omit<Kind, 'count'>,
): void {
  const group = groups.get(one.source);
  const kinds = group?.kinds ?? new Map<string, Kind>();
  const key = `${type} ${outcome}`;
  kinds.set(key, { type, outcome, count: (kinds.get(key)?.count ?? 0) + one.count });
  groups.set(one.source, {
    source: one.source,
    count: (group?.count ?? 0) + one.count,
    occurrences: (group?.occurrences ?? 0) + one.occurrences,
    first: Math.min(group?.first ?? one.first, one.first),
    last: Math.max(group?.last ?? one.last, one.last),
    kinds,
  });
}
