/**
 * A main process of metrics alone, to be killed by tests: `node metrics-process.ts DIRECTORY FROM`.
 *
 * Prints `up PID` when the engine of columns is up, and `ack N` after each batch that was acknowledged, where N
 * is the number of the batch's last sample. Sample N is of series `N mod 50`, N milliseconds after the time
 * `beginMs`, with the value N; every seventh is a stale marker.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/logger.ts';
import { writeStale } from '../src/telemetry/promql/stale.ts';
import { createMetrics } from '../src/telemetry/metrics/service.ts';
import type { Series } from '../src/telemetry/types.ts';
import { testColumns } from './columns.ts';

const [dataDirectory = '', beginMs = '', from = ''] = process.argv.slice(2);
const columns = testColumns({ dataDirectory });
const metrics = createMetrics({ columns, clock: systemClock, log: silentLogger, shared: false });
const source = { door: 'remote-write', signal: 'metrics', name: 'test' } as const;
const say = (text: string): void => void writeSync(1, `${text}\n`);
const batchSamples = 40;

await columns.start();
await metrics.start();
void columns.ready().then(() => say(`up ${columns.status().pid}`));
for (let next = Number(from); ; next += batchSamples) {
  const series: Series[] = [];
  const times = new Float64Array(batchSamples);
  const values = new Float64Array(batchSamples);
  for (let index = 0; index < batchSamples; index += 1) {
    const number = next + index;
    const known = metrics.intake.series({ __name__: 'm', series: String(number % 50) }, source);
    if ('reason' in known) throw new Error(known.message);
    series.push(known);
    times[index] = Number(beginMs) + number;
    if (number % 7 === 0) writeStale(values, index);
    else values[index] = number;
  }
  const { accepted } = await metrics.intake.append({ series, times, values }, source);
  if (accepted !== batchSamples) throw new Error(`Only ${accepted} samples were taken.`);
  say(`ack ${next + batchSamples - 1}`);
  await systemClock.sleep(1);
}
