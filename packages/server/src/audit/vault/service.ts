import type { Clock } from '../../base/clock.ts';
import { newId } from '../../base/ids.ts';
import { wrongKey } from '../../storage/secrets/errors.ts';
import type { SecretKey, SecretKeys } from '../../storage/secrets/types.ts';
import type { State, StateDb, StateTx } from '../../storage/state/state.ts';
import type { Json } from '../events/types.ts';
import { digestOf, openDisclosure, type Commitment } from './commitment.ts';
import { fieldUnreadable, subjectContended } from './errors.ts';
import * as store from './store.ts';
import {
  keyedHash,
  newSubjectKey,
  openSubjectKey,
  resealed,
  sealDisclosure,
  subjectText,
  unsealDisclosure,
} from './subject-key.ts';
import type { ErasureReport, FieldPlace, Subject } from './types.ts';

/** A field to be kept. */
export interface VaultEntry extends FieldPlace {
  readonly subject: Subject;
  readonly commitment: Commitment;
}

export interface Vault {
  /** Seals fields under the keys of their subjects, in the caller's transaction. */
  keep(entries: readonly VaultEntry[], tx: StateTx): Promise<void>;
  /** Those of the ids that are taken by events with kept fields. */
  knownEvents(eventIds: readonly string[], db?: StateDb): Promise<readonly string[]>;
  /**
   * The value of one field; `undefined` when it was erased or never kept. Showing it is an act that the
   * caller puts on record. Raises `secret_unreadable` when it was tampered with.
   */
  reveal(place: FieldPlace, db?: StateDb): Promise<Json | undefined>;
  /** Disclosures of an event's fields that are still kept, all of them or those named, by field. */
  disclose(eventId: string, fields?: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Destroys a subject's key, salts and values. Erasing twice is safe: the second finds nothing. */
  erase(subject: Subject): Promise<ErasureReport>;
  /** Removes the fields of events that their log no longer keeps; returns how many. */
  discard(eventIds: readonly string[], tx: StateTx): Promise<number>;
  /** Seals every subject's key again with the newest installation key; returns how many. */
  rotate(): Promise<number>;
  /** A keyed hash of a text and the key it was made with; the text cannot be guessed from it. */
  fingerprint(text: string): string;
  isFingerprint(text: string, fingerprint: string): boolean;
}

/** How often a subject's key is made again when it is erased in between. */
const maxRounds = 5;
const rotatedAtOnce = 500;

export interface VaultOptions {
  readonly state: State;
  /** The installation's keys, newest first; the same as for other secrets. */
  readonly keys: SecretKeys;
  readonly clock: Clock;
}

/** Opens the vault. Raises `secret_key_wrong` when a key that sealed some subject is not among `keys`. */
export async function createVault({ state, keys, clock }: VaultOptions): Promise<Vault> {
  const [newest] = keys;
  const known = new Map<string, SecretKey>(keys.map((key) => [key.id, key]));
  const missing = (await store.listKeyIdsInUse(state.read)).filter((id) => !known.has(id));
  if (missing.length > 0) {
    throw wrongKey(
      missing,
      keys.map((key) => key.id),
    );
  }
  await store.overwriteDeleted(state);

  const lookupsOf = (subject: Subject): string[] =>
    keys.map((key) => keyedHash(key, 'subject', subjectText(subject)));

  function subjectKey(row: store.SubjectRow, place: FieldPlace): SecretKey {
    const installation = known.get(row.keyId);
    if (installation === undefined) throw fieldUnreadable(place);
    try {
      return openSubjectKey(installation, row);
    } catch (error) {
      throw fieldUnreadable(place, error);
    }
  }

  /** The subject's row, made when it is new, and held so that no erasure comes in between. */
  async function held(subject: Subject, tx: StateTx): Promise<store.SubjectRow> {
    const lookups = lookupsOf(subject);
    const [lookup = ''] = lookups;
    for (let round = 0; round < maxRounds; round += 1) {
      const row = await store.holdSubject(tx, lookups, state.dialect);
      if (row !== undefined) return row;
      const now = clock.now();
      const made = newSubjectKey(newest, newId('sub', now), subject);
      await store.addSubject(tx, { ...made, lookup, place: 0 }, now);
    }
    throw subjectContended();
  }

  function opened(row: store.FieldRow & { readonly subject: store.SubjectRow }): string {
    let disclosure: string;
    try {
      disclosure = unsealDisclosure(subjectKey(row.subject, row), row, row.sealed);
    } catch (error) {
      throw fieldUnreadable(row, error);
    }
    if (digestOf(disclosure) !== row.digest) throw fieldUnreadable(row);
    return disclosure;
  }

  return {
    async keep(entries, tx) {
      const bySubject = new Map<string, VaultEntry[]>();
      for (const entry of entries) {
        const text = subjectText(entry.subject);
        const same = bySubject.get(text);
        if (same === undefined) bySubject.set(text, [entry]);
        else same.push(entry);
      }
      const rows: store.FieldRow[] = [];
      // Always in one order, so that two batches about the same people cannot wait for each other.
      for (const [, same] of [...bySubject].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
        const [first] = same;
        if (first === undefined) continue;
        const subject = await held(first.subject, tx);
        const key = subjectKey(subject, first);
        for (const { eventId, field, commitment } of same) {
          const sealed = sealDisclosure(key, { eventId, field }, commitment.disclosure);
          rows.push({ eventId, field, subjectId: subject.id, digest: commitment.digest, sealed });
        }
      }
      await store.addFields(tx, rows, clock.now());
    },

    knownEvents: (eventIds, db) => store.listKnownEvents(db ?? state.read, eventIds),

    async reveal(place, db) {
      const rows = await store.loadFields(db ?? state.read, place.eventId);
      const row = rows.find(({ field }) => field === place.field);
      if (row === undefined) return undefined;
      const disclosure = openDisclosure(opened(row));
      if (disclosure === undefined || disclosure.name !== place.field) throw fieldUnreadable(place);
      return disclosure.value;
    },

    async disclose(eventId, fields) {
      const rows = await store.loadFields(state.read, eventId);
      const wanted = rows.filter(({ field }) => fields === undefined || fields.includes(field));
      return new Map(wanted.map((row) => [row.field, opened(row)]));
    },

    async erase(subject) {
      const report = await state.transaction(async (tx) => {
        const rows = await store.lockSubjects(tx, lookupsOf(subject), state.dialect);
        const [first] = rows;
        if (first === undefined) {
          return { subjectRef: null, keyDestroyed: false, fields: 0, events: 0, byField: {} };
        }
        const ids = rows.map(({ id }) => id);
        const counted = await store.countFields(tx, ids);
        await store.destroySubjects(tx, ids);
        const fields = Object.values(counted.byField).reduce((sum, many) => sum + many, 0);
        return { subjectRef: first.id, keyDestroyed: true, fields, ...counted };
      });
      // Also when nothing was found: the last erasure may have left the write-ahead log to this one.
      return { ...report, traces: (await store.emptyWriteAheadLog(state)) ? 'none' : 'sealed' };
    },

    discard: (eventIds, tx) => store.removeFields(tx, eventIds),

    rotate: () =>
      state.transaction(async (tx) => {
        let count = 0;
        for (;;) {
          const rows = await store.listNotSealedBy(tx, newest.id, rotatedAtOnce);
          for (const row of rows) {
            const from = known.get(row.keyId);
            if (from === undefined) throw wrongKey([row.keyId], [...known.keys()]);
            const next = resealed(row, { from, to: newest });
            const lookup = keyedHash(newest, 'subject', next.subject);
            const place = await store.freePlace(tx, lookup);
            await store.replaceSubject(tx, { ...next.row, lookup, place });
          }
          count += rows.length;
          if (rows.length < rotatedAtOnce) return count;
        }
      }),

    fingerprint: (text) => `${newest.id}.${keyedHash(newest, 'batch', text)}`,

    isFingerprint(text, fingerprint) {
      const key = known.get(fingerprint.split('.')[0] ?? '');
      return key !== undefined && fingerprint === `${key.id}.${keyedHash(key, 'batch', text)}`;
    },
  };
}
