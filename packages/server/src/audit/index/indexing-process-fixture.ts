import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { testColumns } from '../../../test/columns.ts';
import { systemClock } from '../../base/clock.ts';
import { testOptions } from '../log/ledger-fixture.ts';
import { openLedger } from '../log/ledger.ts';
import { testIndex } from './index-fixture.ts';
import { variedLeaf } from './varied-events-fixture.ts';

/** Path of this file: a process of its own that appends and indexes until it is killed. */
export const indexingProcess = import.meta.filename;

async function main(directory: string): Promise<void> {
  const ledger = await openLedger(testOptions(join(directory, 'ledger'), systemClock));
  const columns = testColumns({ dataDirectory: join(directory, 'columns') });
  const index = testIndex(columns, ledger);
  await columns.start();
  await index.start();
  const say = (line: string): void => void writeSync(1, `${line}\n`);
  void columns.ready().then(() => say(`engine ${columns.status().pid}`));
  for (;;) {
    for (const log of ['general', 'security']) {
      const { size } = ledger.reader(log).head();
      const leaves = Array.from({ length: 40 }, (_, place) =>
        variedLeaf(log, size + place, systemClock.now()),
      );
      const placed = await ledger.appendMany(log, leaves);
      say(`acked ${log} ${placed.at(-1)?.index}`);
    }
    say(`indexed ${index.status().logs.reduce((sum, { indexed }) => sum + indexed, 0)}`);
    await systemClock.sleep(2);
  }
}

if (import.meta.main) await main(process.argv[2] as string);
