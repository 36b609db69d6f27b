import type { State } from '../../../storage/state/state.ts';
import { outOfLog } from '../errors.ts';
import type { LeafLog } from '../leaf-log.ts';
import { insertPending } from './store.ts';

/**
 * Takes entries for the ledger of another process, such as the server beside a command on the host: they
 * are rows of State, durable, and have their index once that process has moved them.
 */
export function createPendingLeafLog(parts: {
  readonly state: State;
  /** Names of the logs that there are. */
  readonly logs: readonly string[];
}): Pick<LeafLog, 'appendWith'> & { append(log: string, leaves: readonly Uint8Array[]): Promise<void> } {
  const { state, logs } = parts;
  const known = (log: string): void => {
    if (!logs.includes(log)) throw outOfLog(`name "${log}"; there is no such log`);
  };
  return {
    async append(log, leaves) {
      known(log);
      await state.transaction(async (tx) => {
        for (const leaf of leaves) await insertPending(tx, log, leaf);
      });
    },
    async appendWith(tx, log, leaf) {
      known(log);
      await insertPending(tx, log, leaf);
    },
  };
}
