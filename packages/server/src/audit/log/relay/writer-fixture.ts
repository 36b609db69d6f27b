import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { migrate } from '../../../storage/state/migrate.ts';
import { auditPendingMigration } from '../../../storage/state/migrations/0021-audit-pending.ts';
import { openSqlite } from '../../../storage/state/sqlite.ts';
import { testOptions } from '../ledger-fixture.ts';
import { openLedger } from '../ledger.ts';
import { createFileLeafLog } from './file-leaf-log.ts';

/** Path of this file: a process of its own that writes until it is killed. */
export const writerPath = import.meta.filename;

/** Writes from four callers, in transactions and without, and says what was acknowledged. */
async function main(directory: string, run: string): Promise<void> {
  const state = openSqlite(join(directory, 'state.sqlite'));
  await migrate(state, [auditPendingMigration], systemClock);
  const ledger = await openLedger({
    ...testOptions(join(directory, 'ledger'), systemClock),
    checkpointMs: 10,
  });
  const leafLog = createFileLeafLog({ ledger, state, clock: systemClock, log: silentLogger });
  await leafLog.start();
  const say = (line: string): void => void writeSync(1, `${line}\n`);
  say('open');
  await Promise.all(
    Array.from({ length: 4 }, async (_, caller) => {
      for (let turn = 0; turn < 1e6; turn += 1) {
        const text = `${run}/${caller}/${turn}`;
        if ((caller + turn) % 3 === 0) await leafLog.append('general', [Buffer.from(text)]);
        else await state.transaction((tx) => leafLog.appendWith(tx, 'general', Buffer.from(text)));
        say(text);
      }
    }),
  );
}

if (import.meta.main) await main(process.argv[2] as string, process.argv[3] as string);
