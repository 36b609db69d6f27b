import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/logger.ts';
import type { State } from '../../../storage/state/state.ts';
import { ledgerClosed, outOfLog, unfitEntry } from '../errors.ts';
import type { LeafLog } from '../leaf-log.ts';
import type { Ledger } from '../ledger-types.ts';
import { entryLimitBytes } from '../merkle/hashing.ts';
import { createRelay } from './relay.ts';
import { insertPending } from './store.ts';

/** How soon to look after an entry was written inside a transaction; doubles until `idleMs`. */
const soonMs = 2;
const idleMs = 500;
const forgetRows = 500;

/**
 * The leaf log of one process: entries go to its ledger in files, those of a transaction by way of State
 * in SQLite. `stop` leaves what is not moved yet for the next start; the ledger stays open.
 *
 * Raises what the ledger raises, and `invalid_input` for an entry that no log can keep.
 */
export function createFileLeafLog(parts: {
  readonly ledger: Ledger;
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
}): LeafLog {
  const { ledger, state, clock } = parts;
  const log = parts.log.child({ part: 'leaf-log' });
  const stopping = new AbortController();
  const relay = createRelay({ ledger, state, clock, stopped: stopping.signal });
  let started = false;
  let loop: Promise<void> = Promise.resolve();
  let waitMs = idleMs;
  let alarm = new AbortController();
  let reported = '';

  /** Counts calls of `appendWith`; `seen` is the count up to which every transaction has ended. */
  let written = 0;
  let seen = 0;

  const wake = (): void => {
    waitMs = soonMs;
    alarm.abort();
  };

  /** On SQLite transactions follow one another, so those that began before this one have ended. */
  const passAll = async (): Promise<void> => {
    const upTo = written;
    await state.transaction(() => Promise.resolve());
    await relay.place();
    await relay.forget();
    seen = Math.max(seen, upTo);
  };

  const turn = async (): Promise<void> => {
    const moved = await relay.place();
    // A commit of its own for each removal would slow those who write; under load it waits for more rows.
    if (moved === 0 || relay.placedRows() >= forgetRows) await relay.forget();
    waitMs = moved > 0 ? soonMs : Math.min(waitMs * 2, idleMs);
    if (waitMs === idleMs && written > seen) await passAll();
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      alarm = new AbortController();
      await clock.sleep(waitMs, alarm.signal);
      if (stopping.signal.aborted) return;
      // Woken: the transaction that wrote the entry has yet to commit.
      if (alarm.signal.aborted) await clock.sleep(soonMs, stopping.signal);
      try {
        await turn();
        reported = '';
      } catch (error) {
        waitMs = idleMs;
        const message = messageOf(error);
        if (message !== reported)
          log.error({ error: message }, 'audit entries could not be moved to the ledger');
        reported = message;
      }
    }
  };

  const ready = (): void => {
    if (!started || stopping.signal.aborted) throw ledgerClosed();
  };

  return {
    async append(name, leaves) {
      ready();
      // What the caller committed before must come first.
      if (written > seen) await relay.place();
      return ledger.appendMany(name, leaves);
    },
    async appendWith(tx, name, leaf) {
      ready();
      if (!ledger.names().includes(name)) throw outOfLog(`name "${name}"; there is no such log`);
      if (leaf.length < 1 || leaf.length > entryLimitBytes) {
        throw unfitEntry('entry', `must have 1 to ${entryLimitBytes} bytes and has ${leaf.length}`);
      }
      written += 1;
      await insertPending(tx, name, leaf);
      wake();
    },
    async settle() {
      ready();
      await relay.place();
    },
    async start() {
      await relay.recover();
      started = true;
      await relay.place();
      await relay.forget();
      loop = run();
    },
    async stop() {
      if (stopping.signal.aborted) return;
      stopping.abort();
      alarm.abort();
      await loop;
      if (!started) return;
      try {
        await relay.place();
        await relay.forget();
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'audit entries wait in State for the next start');
      }
    },
  };
}
