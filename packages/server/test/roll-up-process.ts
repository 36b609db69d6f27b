/**
 * A main process that sums up the days of a store of metrics, to be killed by tests:
 * `node roll-up-process.ts DIRECTORY`. Prints `up PID` when the engine of columns is up, and `done` at the end.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../src/base/clock.ts';
import { rollUpDays } from '../src/telemetry/metrics/rollups/roll-up-days.ts';
import { testColumns } from './columns.ts';

const [dataDirectory = ''] = process.argv.slice(2);
const columns = testColumns({ dataDirectory });
await columns.start();
await columns.ready();
writeSync(1, `up ${columns.status().pid}\n`);
await rollUpDays({ columns, clock: systemClock });
writeSync(1, 'done\n');
await columns.stop();
