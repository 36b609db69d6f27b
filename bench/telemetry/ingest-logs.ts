import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory, testColumns } from '../../packages/server/test/columns.ts';
import { createTestServer } from '../../packages/server/test/http-server.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import { silentLogger } from '../../packages/server/src/base/logger.ts';
import type { Columns } from '../../packages/server/src/storage/columns/columns.ts';
import { createTally } from '../../packages/server/src/telemetry/ingest/tally.ts';
import { ndjsonRoutes } from '../../packages/server/src/telemetry/ingest/routes-ndjson.ts';
import { otlpRoutes } from '../../packages/server/src/telemetry/ingest/routes-otlp.ts';
import { createLogs } from '../../packages/server/src/telemetry/logs/service.ts';
import type { SampleIntake } from '../../packages/server/src/telemetry/types.ts';
import type { Figure } from '../figure.ts';
import { residentMb } from '../process-stats.ts';
import { createLogLines } from './log-bodies.ts';

const records = 300_000;
const blockRows = 30_000;

async function rowsIn(columns: Columns): Promise<number> {
  const [row] = await columns.query<{ n: number }>('SELECT toUInt32(count()) AS n FROM log_record');
  return row?.n ?? 0;
}

interface Rates {
  readonly acknowledged: number;
  readonly stored: number;
}

/** Sends over HTTP from another process; per second until the last answer, and until all is in columns. */
async function measure(columns: Columns, url: string, kind: 'ndjson' | 'otlp'): Promise<Rates> {
  await columns.command('TRUNCATE TABLE log_record');
  const script = fileURLToPath(new URL('./log-sender.ts', import.meta.url));
  const sender = spawn(process.execPath, [script, url, kind, String(records)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: sender.stdout })[Symbol.asyncIterator]();
    await lines.next();
    const started = performance.now();
    sender.stdin.write('go\n');
    const answer = await lines.next();
    const elapsedMs = Number(answer.value);
    if (answer.done === true || Number.isNaN(elapsedMs)) throw new Error('The sender gave up.');
    await columns.flush();
    const storedMs = performance.now() - started;
    const stored = await rowsIn(columns);
    if (stored !== records) throw new Error(`${stored} of ${records} records are in columns.`);
    return { acknowledged: (records / elapsedMs) * 1000, stored: (records / storedMs) * 1000 };
  } finally {
    if (sender.exitCode === null) {
      sender.kill('SIGKILL');
      await once(sender, 'exit');
    }
  }
}

/** The same rows straight to the engine, ready as it takes them, one block after the other. */
async function rawRate(columns: Columns): Promise<number> {
  const lineOf = createLogLines(records, Date.now());
  const severities: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };
  let elapsedMs = 0;
  for (let from = 0; from < records; from += blockRows) {
    const rows: string[] = [];
    for (let index = 0; index < blockRows; index += 1) {
      const { level, time, service, hostname, trace_id, msg, ...fields } = lineOf(from + index);
      const attributes = Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, String(value)]),
      );
      const category = level === 20 ? 'debug' : 'performance';
      rows.push(
        `${JSON.stringify([time, category, severities[level], service, hostname, trace_id, msg, attributes, 'bench', from + index])}\n`,
      );
    }
    const part = Buffer.from(rows.join(''));
    const started = performance.now();
    await columns.load('log_record', {
      columns: [
        'time',
        'category',
        'severity',
        'service',
        'host',
        'trace_id',
        'message',
        'attributes',
        'spool_id',
        'spool_row',
      ],
      parts: [part],
    });
    elapsedMs += performance.now() - started;
  }
  return (records / elapsedMs) * 1000;
}

/** Log records per second through the doors, each acknowledged once it is on disk. */
export async function run(): Promise<readonly Figure[]> {
  const directory = temporaryDirectory();
  const columns = testColumns({
    dataDirectory: directory.path,
    limits: { lingerMs: 1_000, syncDelayMs: 20 },
  });
  const server = await createTestServer();
  try {
    await columns.start();
    await columns.ready();
    const logs = createLogs({ columns, clock: systemClock, log: silentLogger, onAccepted: () => undefined });
    const door = {
      tally: createTally(systemClock),
      clock: systemClock,
      limits: { itemsPerSecond: 1e9, bytesPerSecond: 1e12 },
    };
    const none = { append: async () => ({ accepted: 0, refusals: [] }) };
    await server.app.register(ndjsonRoutes({ ...door, records: logs.intake }));
    await server.app.register(
      otlpRoutes({
        ...door,
        records: logs.intake,
        spans: none,
        samples: {
          ...none,
          series: () => ({ reason: 'unsupported', message: '', count: 1 }),
          describe: () => undefined,
        } satisfies SampleIntake,
      }),
    );
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    await rawRate(columns);
    await columns.command('TRUNCATE TABLE log_record');
    const baseline = { name: 'raw chDB inserts of the same rows', value: await rawRate(columns) };
    const ndjson = await measure(columns, url, 'ndjson');
    const otlp = await measure(columns, url, 'otlp');
    const { pid } = columns.status();
    const unit = 'records/s';
    const atRest = { name: 'a Node process at rest', value: 45 };
    return [
      { figure: 'ndjson-per-second', value: ndjson.acknowledged, unit, baseline },
      { figure: 'ndjson-stored-per-second', value: ndjson.stored, unit, baseline },
      { figure: 'otlp-per-second', value: otlp.acknowledged, unit, baseline },
      { figure: 'otlp-stored-per-second', value: otlp.stored, unit, baseline },
      { figure: 'main-memory', value: residentMb(process.pid), unit: 'MB', baseline: atRest },
      ...(pid === undefined
        ? []
        : [{ figure: 'columns-memory', value: residentMb(pid), unit: 'MB', baseline: atRest }]),
    ];
  } finally {
    await server.stop();
    await columns.stop();
    directory.remove();
  }
}
