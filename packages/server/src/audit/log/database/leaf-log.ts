import type { Clock } from '../../../base/clock.ts';
import type { State } from '../../../storage/state/state.ts';
import { ledgerClosed, outOfLog, unfitEntry } from '../errors.ts';
import { encodeBundle } from '../formats/entry-bundle.ts';
import type { LeafLog } from '../leaf-log.ts';
import { entryLimitBytes } from '../merkle/hashing.ts';
import { insertIntake } from './store.ts';
import { pendingTopic, type DatabaseLedger } from './types.ts';

/** When to tell the sequencer of a row whose transaction may have committed by then, in ms. */
const callsMs = [5, 20, 80];

/**
 * The leaf log of a ledger in PostgreSQL: an entry of a transaction is a row of the same intake as any
 * other, so it has its place among them as soon as it commits.
 */
export function createDatabaseLeafLog(parts: {
  readonly ledger: DatabaseLedger;
  readonly state: State;
  readonly clock: Clock;
}): LeafLog {
  const { ledger, state, clock } = parts;
  const stopping = new AbortController();
  let started = false;
  let calling: Promise<void> | undefined;

  /** The transaction commits some time after this; the sequencer's own poll finds what is later still. */
  const call = async (): Promise<void> => {
    for (const ms of callsMs) {
      await clock.sleep(ms, stopping.signal);
      if (stopping.signal.aborted) break;
      await state.broadcast.publish(pendingTopic, '').catch(() => undefined);
    }
    calling = undefined;
  };

  const ready = (): void => {
    if (!started || stopping.signal.aborted) throw ledgerClosed();
  };

  return {
    async append(name, leaves) {
      ready();
      return ledger.appendMany(name, leaves);
    },
    async appendWith(tx, name, leaf) {
      ready();
      if (!ledger.names().includes(name)) throw outOfLog(`name "${name}"; there is no such log`);
      if (leaf.length < 1 || leaf.length > entryLimitBytes) {
        throw unfitEntry('entry', `must have 1 to ${entryLimitBytes} bytes and has ${leaf.length}`);
      }
      await insertIntake(tx, [{ log: name, entries: encodeBundle([leaf]), ticket: null }]);
      calling ??= call();
    },
    settle() {
      ready();
      return ledger.settle();
    },
    start() {
      started = true;
      return Promise.resolve();
    },
    async stop() {
      stopping.abort();
      await calling;
    },
  };
}
