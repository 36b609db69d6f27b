/**
 * A main process of columns alone, to be killed by tests: `node columns-process.ts DIRECTORY [ROWS]`.
 *
 * Prints `up PID` when the engine is up. With ROWS it then hands over rows numbered from ROWS on, and
 * prints `ack N` after each call that was acknowledged, where N is the number of the last row.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../src/base/clock.ts';
import { probeRow, testColumns } from './columns.ts';

const [dataDirectory = '', from] = process.argv.slice(2);
const columns = testColumns({ dataDirectory });
const say = (text: string): void => void writeSync(1, `${text}\n`);

await columns.start();
if (from === undefined) {
  await columns.ready();
  say(`up ${columns.status().pid}`);
} else {
  void columns.ready().then(() => say(`up ${columns.status().pid}`));
  for (let next = Number(from); ; next += 20) {
    await columns.insert(
      'probe_result',
      Array.from({ length: 20 }, (_, index) => probeRow(next + index)),
    );
    say(`ack ${next + 19}`);
    await systemClock.sleep(1);
  }
}
