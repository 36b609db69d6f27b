import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { seededRandom } from '../../packages/server/test/seeded-random.ts';
import { temporaryDirectory, testColumns } from '../../packages/server/test/columns.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import { silentLogger } from '../../packages/server/src/base/logger.ts';
import type { Columns } from '../../packages/server/src/storage/columns/columns.ts';
import { createLogs } from '../../packages/server/src/telemetry/logs/service.ts';
import { createMetrics } from '../../packages/server/src/telemetry/metrics/service.ts';
import type { IncomingRecord, Series } from '../../packages/server/src/telemetry/types.ts';
import type { Figure } from '../figure.ts';
import { labelsOf } from './remote-write.ts';
import { versionOf } from './prometheus.ts';

const seriesCount = 1_000;
const intervalMs = 15_000;
const hours = 20;
const steps = (hours * 3_600_000) / intervalMs;
const shape = { metric: 'bench_requests_total', count: seriesCount };
const logCount = 300_000;

/**
 * Values of regular series, as exporters give them: a third are counters that grow by a few a time, a third
 * counters that grow now and then, a sixth gauges of whole numbers, a sixth gauges with three digits.
 */
function createValues(): (number: number) => number {
  const random = seededRandom(7);
  const values = new Float64Array(seriesCount);
  return (number) => {
    const before = values[number]!;
    const draw = random();
    if (number % 6 < 2) values[number] = before + Math.floor(draw * 20);
    else if (number % 6 < 4) values[number] = draw < 0.05 ? before + 1 : before;
    else if (number % 6 === 4) values[number] = draw < 0.3 ? Math.floor(random() * 50) : before;
    else values[number] = Math.round((before * 0.9 + draw * 10) * 1_000) / 1_000;
    return values[number]!;
  };
}

interface Compressed {
  readonly rows: number;
  readonly bytes: number;
}

async function merged(columns: Columns, table: string): Promise<Compressed> {
  await columns.flush();
  await columns.command(`OPTIMIZE TABLE ${table} FINAL`);
  const [found] = await columns.query<Compressed>(
    `SELECT toUInt32(sum(rows)) AS rows, toUInt64(sum(bytes_on_disk)) AS bytes FROM system.parts
     WHERE table = {table:String} AND active`,
    { table },
  );
  if (found === undefined || found.rows === 0) throw new Error(`${table} has no rows.`);
  return found;
}

const source = { door: 'collector', signal: 'metrics', name: 'bench' } as const;

/** Samples that end some minutes ago, so that none is refused. */
const beginMs = (): number => Math.floor(Date.now() / 60_000) * 60_000 - (hours * 60 + 5) * 60_000 + 7_123;

async function samplesInColumns(columns: Columns, fromMs: number): Promise<Compressed> {
  const metrics = createMetrics({ columns, clock: systemClock, log: silentLogger, shared: false });
  const valueOf = createValues();
  const series = Array.from({ length: seriesCount }, (_, number): Series => {
    const known = metrics.intake.series(labelsOf(shape, number), source);
    if ('reason' in known) throw new Error(known.message);
    return known;
  });
  for (let step = 0; step < steps; step += 1) {
    const times = new Float64Array(seriesCount).fill(fromMs + step * intervalMs);
    const values = Float64Array.from(series, (_, number) => valueOf(number));
    await metrics.intake.append({ series, times, values }, source);
  }
  return merged(columns, 'metric_sample');
}

function directoryBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Bytes per sample of the blocks that promtool makes of the same samples; `undefined` without promtool. */
function samplesInPrometheus(fromMs: number): number | undefined {
  if (versionOf('promtool') === undefined) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'custos-bench-promtool-'));
  try {
    const valueOf = createValues();
    const file = join(directory, 'samples.txt');
    const rows = Array.from({ length: seriesCount }, (_, number) => {
      const { __name__, ...labels } = labelsOf(shape, number);
      const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
      return { head: `${__name__}{${pairs.join(',')}}`, values: new Float64Array(steps) };
    });
    for (let step = 0; step < steps; step += 1)
      for (const [number, { values }] of rows.entries()) values[step] = valueOf(number);
    const output = openSync(file, 'w');
    writeSync(output, `# TYPE ${shape.metric.replace('_total', '')} counter\n`);
    for (const { head, values } of rows) {
      let text = '';
      for (const [step, value] of values.entries())
        text += `${head} ${value} ${((fromMs + step * intervalMs) / 1000).toFixed(3)}\n`;
      writeSync(output, text);
    }
    writeSync(output, '# EOF\n');
    closeSync(output);
    const blocks = join(directory, 'blocks');
    const made = spawnSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, blocks], {
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`promtool: ${made.stderr.slice(-500)}`);
    return directoryBytes(blocks) / (seriesCount * steps);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const levels = ['info', 'info', 'info', 'info', 'debug', 'debug', 'warn', 'error'] as const;

function createRecords(atMs: number): (number: number) => IncomingRecord {
  const random = seededRandom(11);
  const below = (bound: number): number => Math.floor(random() * bound);
  const id = (digits: number): string =>
    Array.from({ length: digits }, () => below(16).toString(16)).join('');
  return (number) => {
    const service = ['api', 'billing', 'search', 'worker'][below(4)]!;
    const route = ['/api/v1/orders', '/api/v1/customers', '/api/v1/payments', '/healthz'][below(4)]!;
    const status = below(20) === 0 ? 500 : 200;
    const duration = below(900);
    return {
      timeMs: atMs + number * 5,
      severity: levels[below(levels.length)]!,
      service,
      host: `host-${below(8)}`,
      traceId: below(4) === 0 ? id(32) : '',
      spanId: '',
      message: [
        `GET ${route} ${status} in ${duration} ms`,
        `request completed for customer ${below(50_000)}`,
        `cache miss for key order:${below(100_000)}`,
        `connection to database opened in ${duration} ms`,
      ][below(4)]!,
      attributes: {
        route,
        status: String(status),
        duration: String(duration),
        region: ['eu-central-1', 'eu-west-1'][below(2)]!,
        version: '4.12.0',
      },
    };
  };
}

async function logFigure(columns: Columns): Promise<Figure> {
  const logs = createLogs({
    columns,
    clock: systemClock,
    log: silentLogger,
    onAccepted: () => undefined,
  });
  const recordOf = createRecords(Date.now() - logCount * 5 - 60_000);
  let plain = 0;
  let packed = 0;
  for (let from = 0; from < logCount; from += 5_000) {
    const records = Array.from({ length: 5_000 }, (_, index) => recordOf(from + index));
    await logs.intake.append(records, { ...source, signal: 'logs' });
    const lines = Buffer.from(records.map((record) => JSON.stringify(record)).join('\n'));
    plain += lines.length;
    packed += zstdCompressSync(lines).length;
  }
  const stored = await merged(columns, 'log_record');
  if (stored.rows !== logCount) throw new Error(`${stored.rows} of ${logCount} records are in columns.`);
  return {
    figure: 'log-ratio',
    value: plain / stored.bytes,
    unit: 'plain JSON lines / bytes on disk',
    baseline: { name: 'zstd of the same lines, 5,000 at a time', value: plain / packed },
  };
}

/** What samples and log records take on disk after merges. */
export async function run(): Promise<readonly Figure[]> {
  const directory = temporaryDirectory();
  const columns = testColumns({ dataDirectory: directory.path, limits: { lingerMs: 1_000, syncDelayMs: 0 } });
  try {
    await columns.start();
    await columns.ready();
    const fromMs = beginMs();
    const samples = await samplesInColumns(columns, fromMs);
    if (samples.rows !== seriesCount * steps) throw new Error(`${samples.rows} samples are in columns.`);
    const prometheus = samplesInPrometheus(fromMs);
    return [
      {
        figure: 'per-sample',
        value: samples.bytes / samples.rows,
        unit: 'bytes',
        baseline:
          prometheus === undefined
            ? { name: 'time and value as they are', value: 16 }
            : { name: 'Prometheus, blocks of the same samples', value: prometheus },
      },
      await logFigure(columns),
    ];
  } finally {
    await columns.stop();
    directory.remove();
  }
}
