import type { Clock } from '../../base/clock.ts';
import { invalidInput, type FieldFault } from '../../base/errors.ts';
import { isUniqueViolation, type State, type StateTx } from '../../storage/state/state.ts';
import type { Vault, VaultEntry } from '../vault/service.ts';
import { acknowledgementFault, type Acknowledgement } from './acknowledgement.ts';
import type { Admission, AdmissionTicket } from './admission.ts';
import type { Catalogue } from './catalogue.ts';
import { eventInput, type EventInput } from './envelope.ts';
import { keyReused, unfitEvent } from './errors.ts';
import { createGroupCommit } from './group-commit.ts';
import { maxBatchEvents } from './limits.ts';
import { prepareEvent, tryPrepare, type PreparedEvent } from './prepare.ts';
import {
  readResults,
  writeResults,
  type AcceptedEvent,
  type BatchOutcome,
  type EventResult,
} from './results.ts';
import type { SecurityGroups } from './security-groups.ts';
import * as store from './store.ts';
import type { Json } from './types.ts';

/** Who sends a batch and what is asked for it. */
export interface IntakeContext {
  /** The authenticated sender; limits count per source. */
  readonly source: string;
  readonly acknowledgement: Acknowledgement;
  /** 1 to 128 visible ASCII characters; an exact repeat within 24 hours gets the same results. */
  readonly idempotencyKey?: string | undefined;
  /** Aborts when the caller goes away; nothing is kept then. */
  readonly signal?: AbortSignal | undefined;
}

export interface Intake {
  /**
   * Takes a batch in: checks every event, applies the limits, seals sensitive fields in the vault and
   * returns the leaves for the logs. The vault and the record of the batch are one State transaction. A
   * promise that takes long is the back-pressure on protected events beyond the rate.
   *
   * Raises `invalid_input` for a batch that is not one, `conflict` for a key that was used for another
   * batch, and `rate_limited` when too much waits; nothing of the batch is kept then.
   */
  admit(batch: unknown, context: IntakeContext): Promise<BatchOutcome>;
  /** Remembers the answer to a batch for its repeats, in place of its leaves. */
  settle(batch: { readonly source: string; readonly idempotencyKey: string }, answer: Json): Promise<void>;
  /** Events of Custos itself: no limits, `source` is `custos`. Raises `invalid_input` for the first unfit one. */
  own(events: readonly EventInput[], tx?: StateTx): Promise<readonly AcceptedEvent[]>;
  /** Counts a call that was blocked before its events were looked at. */
  recordBlocked(source: string, reason: string): void;
  /** Events about what went wrong at the intake since the last call, one per source and kind. */
  report(): Promise<readonly AcceptedEvent[]>;
  /** Forgets batches that are older than 24 hours; returns how many. */
  forgetOldBatches(): Promise<number>;
}

export interface IntakeOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly vault: Vault;
  readonly admission: Admission;
  readonly groups: SecurityGroups;
}

const rememberedMs = 24 * 3_600_000;
const ownSource = 'custos';

/** Thrown to roll back when another request with the same key was first. */
class KeyTaken extends Error {}

type Draft = EventResult | PreparedEvent;
const isPrepared = (draft: Draft): draft is PreparedEvent => 'entry' in draft;

function acceptedOf({ id, entry, leaf }: PreparedEvent): AcceptedEvent {
  return { status: 'accepted', id, log: entry.retention, leaf };
}

export function createIntake({ state, clock, catalogue, vault, admission, groups }: IntakeOptions): Intake {
  /** For events whose ids are ours, which cannot be taken: many callers share one transaction. */
  const keepGrouped = createGroupCommit<readonly VaultEntry[]>((groups) =>
    state.transaction((tx) => vault.keep(groups.flat(), tx)),
  );

  function checkBatch(batch: unknown, { source, idempotencyKey }: IntakeContext): readonly unknown[] {
    const problem = !Array.isArray(batch)
      ? { field: 'events', message: 'must be a list of events' }
      : batch.length === 0 || batch.length > maxBatchEvents
        ? { field: 'events', message: `must be 1 to ${maxBatchEvents} events and are ${batch.length}` }
        : idempotencyKey !== undefined && !/^[\x21-\x7e]{1,128}$/.test(idempotencyKey)
          ? { field: 'idempotencyKey', message: 'must be 1 to 128 visible ASCII characters' }
          : undefined;
    if (problem === undefined) return batch as unknown[];
    groups.record({ kind: 'intake.invalid', source, at: clock.now(), count: 1, notes: [problem.field] });
    throw invalidInput([problem]);
  }

  /** Checks every event by itself. */
  function draftsOf(batch: readonly unknown[], { source, acknowledgement }: IntakeContext): Draft[] {
    const received = clock.now();
    const ids = new Set<string>();
    return batch.map((raw): Draft => {
      const tried = tryPrepare(raw, { catalogue, source, received });
      if ('faults' in tried) return { status: 'rejected', code: 'invalid_input', errors: tried.faults };
      const { prepared } = tried;
      const isOwnKind = prepared.entry.type.startsWith('intake.');
      const fault = isOwnKind
        ? { field: 'type', message: 'is written by Custos itself' }
        : acknowledgementFault(prepared.entry, acknowledgement);
      if (fault !== undefined) return { status: 'rejected', code: 'invalid_input', errors: [fault] };
      if (ids.has(prepared.id)) return usedId();
      ids.add(prepared.id);
      return prepared;
    });
  }

  function usedId(): EventResult {
    return { status: 'rejected', code: 'conflict', errors: [{ field: 'id', message: 'is used already' }] };
  }

  function decided(source: string, protectedEvents: readonly boolean[]): AdmissionTicket {
    try {
      return admission.decide(source, protectedEvents);
    } catch (error) {
      const notes = ['too many events wait'];
      groups.record({ kind: 'intake.blocked', source, at: clock.now(), count: 1, notes });
      throw error;
    }
  }

  /** Applies the rate limit and records what was dropped or not valid. */
  function limited(drafts: readonly Draft[], source: string): { drafts: Draft[]; delayMs: number } {
    const ready = drafts.filter(isPrepared);
    const at = clock.now();
    const invalid = drafts.filter((draft) => !isPrepared(draft) && draft.status === 'rejected');
    if (invalid.length > 0) {
      const notes = invalid.flatMap((draft) => ('errors' in draft ? draft.errors.map(noteOf) : []));
      groups.record({ kind: 'intake.invalid', source, at, count: invalid.length, notes });
    }
    const ticket = decided(
      source,
      ready.map(({ entry }) => entry.protected),
    );
    if (ticket.dropped > 0) {
      groups.record({ kind: 'intake.rate-limited', source, at, count: ticket.dropped });
    }
    const admitted = new Set(ready.filter((_, index) => ticket.admitted[index] === true));
    return {
      drafts: drafts.map((draft) =>
        isPrepared(draft) && !admitted.has(draft) ? { status: 'dropped', code: 'rate_limited' } : draft,
      ),
      delayMs: ticket.delayMs,
    };
  }

  /** Keeps the sealed fields; events whose chosen id is taken become conflicts. */
  async function sealed(drafts: readonly Draft[], tx: StateTx): Promise<EventResult[]> {
    const chosen = drafts.filter(isPrepared).filter(({ ownId }) => ownId);
    const taken = new Set(
      await vault.knownEvents(
        chosen.map(({ id }) => id),
        tx,
      ),
    );
    const fit = drafts.map((draft) => (isPrepared(draft) && taken.has(draft.id) ? usedId() : draft));
    await vault.keep(
      fit.filter(isPrepared).flatMap(({ vaultEntries }) => vaultEntries),
      tx,
    );
    return fit.map((draft) => (isPrepared(draft) ? acceptedOf(draft) : draft));
  }

  const hasChosenIds = (drafts: readonly Draft[]): boolean =>
    drafts.some((draft) => isPrepared(draft) && draft.ownId);

  async function replay(name: store.BatchName, text: string): Promise<BatchOutcome | undefined> {
    const known = await store.loadBatch(state.read, name, clock.now());
    if (known === undefined) return undefined;
    if (!vault.isFingerprint(text, known.fingerprint)) throw keyReused();
    return known.settled
      ? { state: 'settled', answer: JSON.parse(known.results) as Json }
      : { state: 'repeated', results: readResults(known.results), delayMs: 0 };
  }

  async function keepAll(drafts: readonly Draft[], row?: store.BatchName & { text: string }) {
    return state.transaction(async (tx) => {
      const results = await sealed(drafts, tx);
      if (row !== undefined) {
        const { source, idempotencyKey, text } = row;
        const now = clock.now();
        const fingerprint = vault.fingerprint(text);
        const batch = { source, idempotencyKey, fingerprint, results: writeResults(results), settled: false };
        if (!(await store.addBatch(tx, batch, { now, expiresAt: now + rememberedMs }))) throw new KeyTaken();
      }
      return results;
    });
  }

  async function own(events: readonly EventInput[], tx?: StateTx): Promise<readonly AcceptedEvent[]> {
    const received = clock.now();
    const prepared = events.map((event) => prepareEvent(event, { catalogue, source: ownSource, received }));
    const entries = prepared.flatMap(({ vaultEntries }) => vaultEntries);
    if (entries.length > 0) {
      if (tx === undefined) await keepGrouped(entries);
      else await vault.keep(entries, tx);
    }
    return prepared.map(acceptedOf);
  }

  return {
    async admit(raw, context) {
      const batch = checkBatch(raw, context);
      const { source, idempotencyKey, acknowledgement } = context;
      const text = idempotencyKey === undefined ? '' : batchText(acknowledgement, batch);
      const name = idempotencyKey === undefined ? undefined : { source, idempotencyKey };
      const before = name === undefined ? undefined : await replay(name, text);
      if (before !== undefined) return before;

      const { drafts, delayMs } = limited(draftsOf(batch, context), source);
      await admission.wait(delayMs, context.signal);
      if (name === undefined && !hasChosenIds(drafts)) {
        const entries = drafts.filter(isPrepared).flatMap(({ vaultEntries }) => vaultEntries);
        if (entries.length > 0) await keepGrouped(entries);
        const results = drafts.map((draft) => (isPrepared(draft) ? acceptedOf(draft) : draft));
        return { state: 'new', results, delayMs };
      }
      const row = name === undefined ? undefined : { ...name, text };
      try {
        const results = await keepAll(drafts, row).catch((error: unknown) => {
          // Another batch has kept an event under one of the chosen ids meanwhile; now that can be seen.
          if (isUniqueViolation(error)) return keepAll(drafts, row);
          throw error;
        });
        return { state: 'new', results, delayMs };
      } catch (error) {
        if (!(error instanceof KeyTaken) || name === undefined) throw error;
        const first = await replay(name, text);
        if (first === undefined) throw error;
        return first;
      }
    },

    settle: (name, answer) => store.settleBatch(state.write, name, JSON.stringify(answer)),

    own,

    recordBlocked(source, reason) {
      groups.record({ kind: 'intake.blocked', source, at: clock.now(), count: 1, notes: [reason] });
    },

    async report() {
      const events = groups.take();
      if (events.length === 0) return [];
      try {
        return await own(events);
      } catch (error) {
        groups.putBack();
        throw error;
      }
    },

    forgetOldBatches: () => store.removeExpired(state.write, clock.now()),
  };
}

/**
 * The field of a fault as the log may keep it: of the envelope, and never a name that the sender made up,
 * which could be anything.
 */
function noteOf({ field }: FieldFault): string {
  const [first = ''] = field.split('.');
  return Object.hasOwn(eventInput.shape, first) || first === 'acknowledgement' ? first : 'unknown field';
}

/** What makes two batches the same: every byte that was sent, and what was asked for it. */
function batchText(acknowledgement: Acknowledgement, batch: readonly unknown[]): string {
  try {
    return `${acknowledgement}\n${JSON.stringify(batch)}`;
  } catch {
    throw unfitEvent([{ field: 'events', message: 'must be JSON' }]);
  }
}
