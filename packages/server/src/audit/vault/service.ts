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

  const subjectHashes = keys.map((key) => keyedHash(key, 'subject'));
  const batchHashes = new Map(keys.map((key) => [key.id, keyedHash(key, 'batch')]));

  /** What a subject may be stored under, that of the newest key first. */
  const lookupsOf = (subject: string): string[] => subjectHashes.map((hashed) => hashed(subject));

  function subjectKey(row: store.SubjectRow, place: FieldPlace): SecretKey {
    const installation = known.get(row.keyId);
    if (installation === undefined) throw fieldUnreadable(place);
    try {
      return openSubjectKey(installation, row);
    } catch (error) {
      throw fieldUnreadable(place, error);
    }
  }

  /** The rows of subjects, made for those that are new, and held so that no erasure comes in between. */
  async function held(
    subjects: ReadonlyMap<string, Subject>,
    tx: StateTx,
  ): Promise<ReadonlyMap<string, store.SubjectRow>> {
    const lookups = new Map([...subjects.keys()].map((text) => [text, lookupsOf(text)]));
    for (let round = 0; round < maxRounds; round += 1) {
      const rows = await store.holdSubjects(tx, [...lookups.values()].flat(), state.dialect);
      // The first one counts: rows come in the order of their places.
      const byLookup = new Map(rows.toReversed().map((row) => [row.lookup, row]));
      const found = new Map<string, store.SubjectRow>();
      const missing: store.SubjectRow[] = [];
      for (const [text, subject] of subjects) {
        const own = lookups.get(text) ?? [];
        const row = own.map((lookup) => byLookup.get(lookup)).find((one) => one !== undefined);
        if (row !== undefined) found.set(text, row);
        else missing.push(fresh(subject, own[0] ?? ''));
      }
      if (missing.length === 0) return found;
      await store.addSubjects(tx, missing, clock.now());
    }
    throw subjectContended();
  }

  function fresh(subject: Subject, lookup: string): store.SubjectRow {
    return { ...newSubjectKey(newest, newId('sub', clock.now()), subject), lookup, place: 0 };
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
      if (entries.length === 0) return;
      const subjects = new Map(entries.map(({ subject }) => [subjectText(subject), subject]));
      const rows = await held(subjects, tx);
      const opened = new Map<string, SecretKey>();
      const fields = entries.map((entry): store.FieldRow => {
        const { eventId, field, subject, commitment } = entry;
        const row = rows.get(subjectText(subject));
        if (row === undefined) throw subjectContended();
        const key = opened.get(row.id) ?? subjectKey(row, entry);
        opened.set(row.id, key);
        const sealed = sealDisclosure(key, entry, commitment.disclosure);
        return { eventId, field, subjectId: row.id, digest: commitment.digest, sealed };
      });
      await store.addFields(tx, fields, clock.now());
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
        const rows = await store.lockSubjects(tx, lookupsOf(subjectText(subject)), state.dialect);
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
            const [lookup = ''] = lookupsOf(next.subject);
            const place = await store.freePlace(tx, lookup);
            await store.replaceSubject(tx, { ...next.row, lookup, place });
          }
          count += rows.length;
          if (rows.length < rotatedAtOnce) return count;
        }
      }),

    fingerprint: (text) => fingerprintBy(newest.id, text) ?? '',

    isFingerprint: (text, fingerprint) =>
      fingerprint === fingerprintBy(fingerprint.split('.')[0] ?? '', text),
  };

  function fingerprintBy(keyId: string, text: string): string | undefined {
    const hashed = batchHashes.get(keyId);
    return hashed === undefined ? undefined : `${keyId}.${hashed(text)}`;
  }
}
