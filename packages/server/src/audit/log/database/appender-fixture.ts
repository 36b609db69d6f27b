import { writeSync } from 'node:fs';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { createLeases } from '../../../jobs/leases/leases.ts';
import { openPostgres } from '../../../storage/state/postgres.ts';
import { testKeys, testOptions } from '../ledger-fixture.ts';
import { createDatabaseLeafLog } from './leaf-log.ts';
import { openDatabaseLedger } from './ledger.ts';

/** Path of this file: a node of its own that appends until it is killed. */
export const appenderPath = import.meta.filename;

/** Appends from six callers, in transactions and without, and says what was acknowledged and signed. */
async function main(url: string, directory: string, run: string): Promise<void> {
  const state = openPostgres({ url, clock: systemClock, log: silentLogger });
  const leases = createLeases({ state, clock: systemClock, log: silentLogger, node: run, holder: run });
  const ledger = await openDatabaseLedger({
    state,
    directory,
    clock: systemClock,
    log: silentLogger,
    logs: testOptions('').logs,
    keysOf: testKeys,
    leases,
    leaseTtlMs: 400,
    checkpointMs: 20,
    syncMs: 100,
    pollMs: 20,
    epochMs: 100,
  });
  const leafLog = createDatabaseLeafLog({ ledger, state, clock: systemClock });
  await leafLog.start();
  const say = (line: string): void => void writeSync(1, `${line}\n`);
  ledger.onCheckpoint(({ log, text }) => say(`signed ${log} ${text.split('\n').slice(1, 3).join(' ')}`));
  say('open');
  await Promise.all(
    Array.from({ length: 6 }, async (_, caller) => {
      for (let turn = 0; turn < 1e6; turn += 1) {
        const log = caller % 3 === 0 ? 'security' : 'general';
        const text = `${run}/${caller}/${turn}`;
        if ((caller + turn) % 3 === 0) {
          await state.transaction((tx) => leafLog.appendWith(tx, log, Buffer.from(text)));
          say(`kept ${log} ${text}`);
        } else {
          const [placed] = await leafLog.append(log, [Buffer.from(text)]);
          say(`acked ${log} ${placed?.index} ${text}`);
        }
      }
    }),
  );
}

if (import.meta.main) {
  const [url, directory, run] = process.argv.slice(2) as [string, string, string];
  await main(url, directory, run);
}
