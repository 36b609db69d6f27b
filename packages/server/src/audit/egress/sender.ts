import { backoffMs } from '../../base/duration.ts';
import type { Clock } from '../../base/clock.ts';
import { CustosError, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { StateTx } from '../../storage/state/state.ts';
import type { Vault } from '../vault/service.ts';
import { aheadOfLog, egressFailed } from './errors.ts';
import { collectDisclosures, disclosureRecord, nothingDisclosed, outgoingEvents } from './outgoing.ts';
import { endOfBatch } from './plan.ts';
import * as store from './store.ts';
import type { EgressBatch, EgressDefinition, EgressSource, RecordDisclosure } from './types.ts';

export interface SenderRequest {
  readonly state: store.EgressState;
  readonly ledger: EgressSource;
  readonly clock: Clock;
  readonly log: Logger;
  readonly vault: Pick<Vault, 'disclose'>;
  readonly record: RecordDisclosure;
  readonly definition: EgressDefinition;
  /** Aborted when another node is to send, or none. */
  readonly signal: AbortSignal;
  /** Raises unless this node is still the one to send. */
  fenced(tx: StateTx): Promise<void>;
}

/** A failing destination is asked again after a second, then less and less often, at last every 5 minutes. */
const retry = { baseMs: 1000, maxMs: 300_000 };
/** A longer pause than this is not taken from a peer. */
const longestRetryAfterMs = 3_600_000;
const maintainEveryMs = 3_600_000;
const longestSleepMs = 1000;
/** Disclosures of a batch are in memory. */
const disclosedAtOnce = 10_000;

type Step = 'drained' | 'more';

/** Sends to one destination until the signal aborts; never rejects. */
export async function sendUntilStopped(request: SenderRequest): Promise<void> {
  const { state, ledger, clock, log, definition, signal, fenced } = request;
  const { name, destination } = definition;
  const notBefore = new Map<string, number>();
  const narrowed = new Map<string, number>();
  let maintainAt = 0;

  const change = (logName: string, change: Parameters<typeof store.changeCursor>[2]): Promise<void> =>
    state.transaction(async (tx) => {
      await fenced(tx);
      await store.changeCursor(tx, { destination: name, log: logName }, change);
    });

  async function cursorOf(logName: string): Promise<store.Cursor> {
    const place = { destination: name, log: logName };
    const known = await store.loadCursor(state.read, place);
    if (known !== undefined) return known;
    const reader = ledger.reader(logName);
    const next = definition.from === 'now' ? reader.head().size : reader.minimumIndex();
    await state.transaction(async (tx) => {
      await fenced(tx);
      await store.addCursor(tx, place, next);
    });
    return (await store.loadCursor(state.read, place)) as store.Cursor;
  }

  /** Gives up on a destination that does not answer, whether or not it heeds the signal. */
  async function sendInTime(batch: EgressBatch): Promise<void> {
    const ended = new AbortController();
    const both = AbortSignal.any([signal, ended.signal]);
    try {
      await Promise.race([
        destination.send(batch, both),
        clock.sleep(destination.timeoutMs, both).then(() => {
          if (signal.aborted) throw egressFailed('Custos stops, or another node goes on.');
          throw egressFailed(`No acknowledgement within ${destination.timeoutMs} ms.`);
        }),
      ]);
    } finally {
      ended.abort();
    }
  }

  async function step(logName: string): Promise<Step> {
    const reader = ledger.reader(logName);
    const { size } = reader.head();
    let cursor = await cursorOf(logName);
    if (cursor.next > size) throw aheadOfLog(logName, { next: cursor.next, size });
    const first = reader.minimumIndex();
    if (cursor.next < first) {
      // Retention asks what is still to be sent; this is for a prune that was ordered all the same.
      const skipped = cursor.skipped + first - cursor.next;
      await change(logName, { ifAt: cursor.next, next: first, sendingTo: null, skipped });
      log.warn(
        { destination: name, log: logName, from: cursor.next, to: first },
        'pruned before it was sent',
      );
      cursor = { ...cursor, next: first, sendingTo: null, skipped };
    }
    if (cursor.next === size) return 'drained';

    const from = cursor.next;
    let to = cursor.sendingTo;
    if (to === null || to <= from || to > size) {
      const { maxEvents, maxBytes } = destination.batch;
      const most = definition.disclose === undefined ? maxEvents : Math.min(maxEvents, disclosedAtOnce);
      const limits = { maxBytes, maxEvents: Math.min(most, narrowed.get(logName) ?? most) };
      to = await endOfBatch(reader, { log: logName, from, size }, limits);
      // On record before it leaves, so that a repeat after a crash is the same batch under the same name.
      await change(logName, { ifAt: from, sendingTo: to });
    }
    const range = { log: logName, from, to };
    let disclosures = nothingDisclosed;
    if (definition.disclose !== undefined) {
      disclosures = await collectDisclosures({ reader, vault: request.vault }, range, definition.disclose);
      if (disclosures.byIndex.size > 0) await request.record(disclosureRecord(name, range, disclosures));
    }
    try {
      await sendInTime({
        destination: name,
        ...range,
        events: () => outgoingEvents(reader, range, disclosures),
      });
    } catch (error) {
      if (error instanceof CustosError && error.code === 'audit_egress_too_large' && to - from > 1) {
        narrowed.set(logName, Math.floor((to - from) / 2));
        await change(logName, { ifAt: from, sendingTo: null });
        return 'more';
      }
      throw error;
    }
    await change(logName, {
      ifAt: from,
      next: to,
      sendingTo: null,
      failures: 0,
      lastSentAt: clock.now(),
      lastError: null,
    });
    const narrow = narrowed.get(logName);
    if (narrow !== undefined) narrowed.set(logName, narrow * 2);
    return to < size ? 'more' : 'drained';
  }

  /** Puts a failure on record and returns how long to wait. */
  async function failed(logName: string, error: unknown): Promise<number> {
    const cursor = await store.loadCursor(state.read, { destination: name, log: logName });
    const failures = (cursor?.failures ?? 0) + 1;
    const message = messageOf(error).slice(0, 1000);
    log.warn(
      { destination: name, log: logName, failures, reason: message },
      'audit events could not be sent',
    );
    await change(logName, { failures, lastError: { at: clock.now(), message } });
    const asked = error instanceof CustosError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    return Math.max(backoffMs(failures, retry), Math.min(asked, longestRetryAfterMs));
  }

  async function turn(logName: string): Promise<number> {
    try {
      return (await step(logName)) === 'more' ? 0 : destination.pauseMs;
    } catch (error) {
      if (signal.aborted) return 0;
      // State may be what failed; then it is not on record, and the wait is the shortest.
      return failed(logName, error).catch(() => retry.baseMs);
    }
  }

  while (!signal.aborted) {
    const names = definition.logs ?? ledger.names();
    for (const logName of names) {
      if (signal.aborted) return;
      if ((notBefore.get(logName) ?? 0) > clock.monotonic()) continue;
      const wait = await turn(logName);
      notBefore.set(logName, clock.monotonic() + wait);
    }
    if (destination.maintain !== undefined && clock.monotonic() >= maintainAt) {
      maintainAt = clock.monotonic() + maintainEveryMs;
      await destination.maintain().catch((error: unknown) => {
        log.warn(
          { destination: name, reason: messageOf(error) },
          'old files of an export could not be removed',
        );
      });
    }
    const next = Math.min(...names.map((logName) => notBefore.get(logName) ?? 0));
    const wait = Math.min(longestSleepMs, next - clock.monotonic());
    if (wait > 0) await clock.sleep(wait, signal);
  }
}
