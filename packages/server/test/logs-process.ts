/**
 * A main process of logs alone, to be killed by tests: `node logs-process.ts DIRECTORY FROM`.
 *
 * Prints `up PID` when the engine of columns is up, and `ack N ID` after each batch that was acknowledged: the
 * number of its last record and the name that it was told. Record N has the message `record N`; records are of
 * three categories and two days.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/logger.ts';
import { createLogs } from '../src/telemetry/logs/service.ts';
import { testColumns } from './columns.ts';

const [dataDirectory = '', from = ''] = process.argv.slice(2);
const columns = testColumns({ dataDirectory });
const say = (text: string): void => void writeSync(1, `${text}\n`);
let lastId = '';
const { intake } = createLogs({
  columns,
  clock: systemClock,
  log: silentLogger,
  onAccepted: (records) => {
    lastId = records.at(-1)?.id ?? '';
  },
});
const source = { door: 'ndjson', signal: 'logs', name: 'test' } as const;
const categories = ['debug', 'security', 'application'] as const;
const batchRecords = 40;

await columns.start();
void columns.ready().then(() => say(`up ${columns.status().pid}`));
for (let next = Number(from); ; next += batchRecords) {
  const { accepted } = await intake.append(
    Array.from({ length: batchRecords }, (_, index) => {
      const number = next + index;
      return {
        timeMs: systemClock.now() - (number % 2) * 86_400_000,
        category: categories[number % 3]!,
        severity: 'info',
        service: 'test',
        host: '',
        traceId: '',
        spanId: '',
        message: `record ${number}`,
        attributes: {},
      } as const;
    }),
    source,
  );
  if (accepted !== batchRecords) throw new Error(`Only ${accepted} records were taken.`);
  say(`ack ${next + batchRecords - 1} ${lastId}`);
  await systemClock.sleep(1);
}
