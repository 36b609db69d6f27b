import type { AuditEventDetail, AuditEventView, AuditQuery, Page } from '@custos/contract';
import { notFound } from '../base/errors.ts';
import type { Json } from './events/types.ts';
import { cursorOf, placeOf } from './index/place.ts';
import type { AuditIndex } from './index/service.ts';
import type { AuditFilter, FoundEvent } from './index/types.ts';
import type { Ledger } from './log/ledger-types.ts';
import type { Vault } from './vault/service.ts';

/** Who the people and tokens behind the ids of events are. */
export interface Names {
  namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  idOf(name: string): Promise<string | undefined>;
}

export interface ReadingParts {
  readonly index: Pick<AuditIndex, 'search' | 'find' | 'top'>;
  readonly ledger: Pick<Ledger, 'reader'>;
  readonly vault: Pick<Vault, 'disclose' | 'reveal'>;
  readonly names: Names;
}

/** Shows events. Putting that on record is the caller's act, before anything is shown. */
export interface Reading {
  /** The filter that a query stands for: names find those who have them, beside who has them for an id. */
  filterOf(query: AuditQuery): Promise<AuditFilter>;
  /** Newest first. */
  search(
    filter: AuditFilter,
    page: { readonly cursor: string | undefined; readonly limit: number },
  ): Promise<Page<AuditEventView>>;
  /** One event with its proof. Raises `not_found`. */
  detail(id: string): Promise<AuditEventDetail>;
  /** The value of a sealed field. Raises `not_found` when the event is unknown or the field is not kept. */
  reveal(id: string, field: string): Promise<Json>;
  /** How many events a filter finds. */
  count(filter: AuditFilter): Promise<number>;
  /** Every event that a filter finds, oldest page last, as it is exported. */
  all(filter: AuditFilter): AsyncIterable<FoundEvent>;
}

const pageEvents = 500;

function partyView(
  party: { readonly type: string; readonly id?: string | undefined },
  names: ReadonlyMap<string, string>,
): AuditEventView['actor'] {
  const id = party.id ?? null;
  return { type: party.type, id, name: id === null ? null : (names.get(id) ?? null) };
}

function viewOf({ log, index, event }: FoundEvent, names: ReadonlyMap<string, string>): AuditEventView {
  const { actor, target } = event;
  return {
    id: event.id,
    time: Date.parse(event.time),
    receivedTime: Date.parse(event.receivedTime),
    type: event.type,
    action: event.action,
    outcome: event.outcome,
    severity: event.severity,
    source: event.source,
    actor: partyView(actor, names),
    target: target === undefined ? null : partyView(target, names),
    tenant: event.tenant ?? null,
    traceId: event.traceId ?? null,
    requestId: event.requestId ?? null,
    details: { ...event.details },
    sealedCount: event.sealed?.digests.length ?? 0,
    place: { log, index },
  };
}

function detailFilter(pair: string): { path: string; value: string } {
  const split = pair.indexOf('=');
  return { path: pair.slice(0, split), value: pair.slice(split + 1) };
}

export function createReading({ index, ledger, vault, names }: ReadingParts): Reading {
  async function namesIn(events: readonly FoundEvent[]): Promise<ReadonlyMap<string, string>> {
    const ids = events.flatMap(({ event }) => [event.actor.id, event.target?.id]);
    return names.namesOf([...new Set(ids.filter((id) => id !== undefined))]);
  }

  async function found(id: string): Promise<FoundEvent> {
    const event = await index.find(id);
    if (event === undefined) throw notFound('audit event', id);
    return event;
  }

  return {
    async filterOf({ detail, actor, party, ...same }) {
      // A name that is known here may be an id as well: that of a source, or of somebody of another service.
      const idsOf = async (word: string | undefined): Promise<string | readonly string[] | undefined> => {
        const id = word === undefined ? undefined : await names.idOf(word);
        return word === undefined || id === undefined || id === word ? word : [id, word];
      };
      const [actors, parties] = await Promise.all([idsOf(actor), idsOf(party)]);
      return { ...same, actor: actors, party: parties, details: detail?.map(detailFilter) };
    },

    async search(filter, { cursor, limit }) {
      const after = cursor === undefined ? null : placeOf(cursor);
      const { events, next } = await index.search(filter, { after, limit });
      const known = await namesIn(events);
      return {
        items: events.map((event) => viewOf(event, known)),
        nextCursor: next === null ? null : cursorOf(next),
      };
    },

    async detail(id) {
      const event = await found(id);
      const reader = ledger.reader(event.log);
      const [leaf, hash, receipt, disclosed, known] = await Promise.all([
        reader.entry(event.index),
        reader.leafHash(event.index),
        reader.receipt(event.index),
        vault.disclose(event.event.id),
        namesIn([event]),
      ]);
      return {
        ...viewOf(event, known),
        sealedFields: [...disclosed.keys()].toSorted(),
        proof: {
          origin: reader.origin(),
          leaf: leaf.toString('base64'),
          leafHash: hash.toString('base64'),
          receipt: receipt.toString('utf8'),
        },
      };
    },

    async reveal(id, field) {
      const { event } = await found(id);
      const value = await vault.reveal({ eventId: event.id, field });
      if (value === undefined) throw notFound('sealed field', field);
      return value;
    },

    async count(filter) {
      // Every event has an outcome.
      const outcomes = await index.top(filter, 'outcome', 1000);
      return outcomes.reduce((sum, { count }) => sum + count, 0);
    },

    async *all(filter) {
      let after = null;
      do {
        const page: Awaited<ReturnType<AuditIndex['search']>> = await index.search(filter, {
          after,
          limit: pageEvents,
        });
        yield* page.events;
        after = page.next;
      } while (after !== null);
    },
  };
}
