import { openState } from '../../packages/server/src/storage/state/open.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import { silentLogger } from '../../packages/server/src/base/logger.ts';
import { createLogSearch } from '../../packages/server/src/telemetry/search/service.ts';
import type { Columns } from '../../packages/server/src/storage/columns/columns.ts';
import { temporaryDirectory, testColumns } from '../../packages/server/test/columns.ts';
import { quantile, type Figure } from '../figure.ts';
import { residentMb } from '../process-stats.ts';
import { insertLines } from './log-lines.ts';

/** `BENCH_LOGS` says how many records there are, for smaller runs. */
const total = Number(process.env['BENCH_LOGS'] ?? 10_000_000);
const hours = 24;
const batch = 250_000;
const rounds = 40;
const pageLimit = 100;
const hourMs = 3_600_000;

/** A table as somebody would make it by hand: in the order of time, with the engine's own codecs. */
const plainTable = `CREATE TABLE plain_log (
  time DateTime64(3, 'UTC'), category LowCardinality(String), severity LowCardinality(String),
  service LowCardinality(String), host LowCardinality(String), trace_id String, span_id String, message String,
  attributes Map(String, String), masked Array(String)) ENGINE = MergeTree ORDER BY time`;

async function fill(columns: Columns, endMs: number): Promise<void> {
  await columns.command(plainTable);
  for (const table of ['log_record', 'plain_log']) {
    const started = performance.now();
    for (let first = 0; first < total; first += batch) {
      const count = Math.min(batch, total - first);
      const spoolId = table === 'log_record' ? '00000000000000aa' : undefined;
      await columns.command(insertLines({ table, spoolId, first, count, total, endMs, hours }));
    }
    console.error(`${total} records in ${table} after ${Math.round((performance.now() - started) / 1000)} s`);
  }
}

/** Waits until the engine has merged what it wants to merge: that is work of the filling, not of the searches. */
async function settle(columns: Columns): Promise<void> {
  const until = performance.now() + 180_000;
  for (let quiet = 0; quiet < 5 && performance.now() < until;) {
    const [{ merges } = { merges: 0 }] = await columns.query<{ merges: number }>(
      'SELECT count() AS merges FROM system.merges',
    );
    quiet = merges === 0 ? quiet + 1 : 0;
    await systemClock.sleep(500);
  }
}

async function sizes(columns: Columns): Promise<void> {
  const rows = await columns.query<object>(
    `SELECT table, count() AS parts, sum(rows) AS rows, round(sum(data_uncompressed_bytes) / sum(data_compressed_bytes), 2) AS ratio,
       sum(bytes_on_disk) AS bytes
     FROM system.parts WHERE active AND database = currentDatabase() AND table IN ('log_record', 'plain_log') GROUP BY table ORDER BY table`,
  );
  for (const row of rows) console.error(JSON.stringify(row));
}

/** The page of a search at different ends of the last hour, so that no answer is asked for twice. */
interface Kind {
  readonly query: string;
  /** What the same is in SQL, by hand. */
  readonly plain: string;
}

const kinds: Readonly<Record<string, Kind>> = {
  filter: {
    query: 'service:ledger level:>=error duration:>2500',
    plain: `service = 'ledger' AND severity IN ('error', 'fatal') AND toFloat64OrNull(attributes['duration']) > 2500`,
  },
  substring: {
    query: '"connection reset by peer"',
    plain: `message ILIKE '%connection reset by peer%'`,
  },
  regex: {
    query: 'message:/timeout after 4[0-9]{3} ms/',
    plain: `match(message, 'timeout after 4[0-9]{3} ms')`,
  },
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await work();
  return performance.now() - at;
}

/** Searching ten million records of a day as the product does it, beside the same asked of a plain table by hand. */
export async function run(): Promise<readonly Figure[]> {
  const directory = temporaryDirectory();
  const columns = testColumns({ dataDirectory: directory.path });
  const state = await openState({
    url: `sqlite:${directory.path}/state.sqlite`,
    clock: systemClock,
    log: silentLogger,
  });
  try {
    await columns.start();
    await columns.ready();
    const endMs = Math.floor(systemClock.now() / hourMs) * hourMs;
    await fill(columns, endMs);
    await settle(columns);
    await sizes(columns);
    const search = createLogSearch({ columns, state, clock: systemClock });
    const figures: Figure[] = [];
    const measure = async (
      name: string,
      own: (to: number) => Promise<unknown>,
      plain: (to: number) => Promise<unknown>,
    ) => {
      const took: number[] = [];
      const baseline: number[] = [];
      await own(endMs);
      await plain(endMs);
      for (let round = 0; round < rounds; round += 1) {
        const to = endMs - round * 1_000;
        took.push(await timed(() => own(to)));
        baseline.push(await timed(() => plain(to)));
      }
      for (const [share, values] of [
        ['p50', 0.5],
        ['p95', 0.95],
      ] as const) {
        figures.push({
          figure: `${name}-${share}-ms`,
          value: quantile(took, values),
          unit: 'ms',
          baseline: { name: `plain-table-${share}-ms`, value: quantile(baseline, values) },
        });
      }
    };
    const during = (from: number, to: number): string =>
      `time >= fromUnixTimestamp64Milli(${from}, 'UTC') AND time < fromUnixTimestamp64Milli(${to}, 'UTC')`;
    let found = 0;
    for (const [name, { query, plain }] of Object.entries(kinds)) {
      await measure(
        name,
        async (to) => {
          const scope = search.scope({ query, from: to - hourMs, to });
          found += (await search.list(scope, { order: 'newest', limit: pageLimit, after: null })).length;
        },
        (to) =>
          columns.query(
            `SELECT * FROM plain_log WHERE ${during(to - hourMs, to)} AND ${plain} ORDER BY time DESC LIMIT ${pageLimit}`,
          ),
      );
      console.error(`${name}: ${found / (rounds + 1)} found`);
      found = 0;
    }
    await measure(
      'histogram',
      (to) => search.histogram(search.scope({ query: '', from: to - hourMs, to }), 60),
      (to) =>
        columns.query(
          `SELECT toStartOfMinute(time) AS at, severity, count() FROM plain_log WHERE ${during(to - hourMs, to)} GROUP BY at, severity`,
        ),
    );
    const pid = columns.status().pid ?? process.pid;
    figures.push({
      figure: 'engine-memory-mb',
      value: residentMb(pid),
      unit: 'MB',
      baseline: { name: 'this-process-mb', value: residentMb(process.pid) },
    });
    return figures;
  } finally {
    await columns.stop();
    await state.close();
    directory.remove();
  }
}
