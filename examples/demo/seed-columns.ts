import { join } from 'node:path';
import type { Options } from '../../packages/server/src/app/options.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import type { Logger } from '../../packages/server/src/base/logger.ts';
import { createColumns } from '../../packages/server/src/storage/columns/create.ts';
import { rollUpProbeDays } from '../../packages/server/src/storage/columns/probe-rollup.ts';
import type { PastCheck } from './past.ts';
import { dayMs } from './troubles.ts';

export interface PastOfProbe {
  readonly probeId: string;
  /** One a minute, oldest first. */
  readonly checks: readonly PastCheck[];
}

/** Days before today whose single results are kept; older ones have their daily row only. */
const rawDays = 2;

interface Request {
  readonly options: Options;
  readonly pasts: readonly PastOfProbe[];
  readonly now: number;
  readonly log: Logger;
}

/** Writes the past of probes into columns: single results of the last days, a row per day before. */
export async function seedColumns({ options, pasts, now, log }: Request): Promise<void> {
  const columns = createColumns({
    url: options.columnsUrl ?? 'embedded',
    dataDirectory: join(options.dataPath, 'columns'),
    clock: systemClock,
    log,
  });
  await columns.start();
  try {
    await columns.ready();
    const rawFrom = Math.floor(now / dayMs) * dayMs - rawDays * dayMs;
    for (const { probeId, checks } of pasts) {
      const days = daysOf(checks.filter(({ at }) => at < rawFrom));
      const rows = [...days].map((day) => dayRow(probeId, day, now));
      if (rows.length > 0) await columns.command(`INSERT INTO probe_daily VALUES ${rows.join(', ')}`);
      const recent = checks.filter(({ at }) => at >= rawFrom);
      await columns.insert(
        'probe_result',
        recent.map(({ at, status, latencyMs, message, values }) => ({
          probe_id: probeId,
          time: at,
          status,
          latency_ms: latencyMs,
          error_code: '',
          error_message: message,
          values,
          node: 'seed',
        })),
      );
    }
    await columns.flush(AbortSignal.timeout(30_000));
    await rollUpProbeDays(columns, now);
  } finally {
    await columns.stop();
  }
}

function daysOf(checks: readonly PastCheck[]): ReadonlyMap<number, readonly PastCheck[]> {
  return Map.groupBy(checks, ({ at }) => Math.floor(at / dayMs));
}

/** The columns of `probe_daily`, in their order, as `rollUpProbeDays` would compute them. */
function dayRow(
  probeId: string,
  [day, checks]: readonly [number, readonly PastCheck[]],
  now: number,
): string {
  const latencies = checks
    .flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]))
    .toSorted((a, b) => a - b);
  const counted = (status: PastCheck['status']): number =>
    checks.filter((check) => check.status === status).length;
  const quantile = (share: number): string =>
    String(latencies[Math.floor(share * (latencies.length - 1))] ?? 'NULL');
  const fields = [
    `'${probeId}'`,
    `toDate(${day})`,
    checks.length,
    counted('up'),
    counted('degraded'),
    counted('down'),
    0,
    latencies.length,
    latencies.reduce((sum, value) => sum + value, 0),
    latencies[0] ?? 'NULL',
    latencies.at(-1) ?? 'NULL',
    quantile(0.5),
    quantile(0.95),
    quantile(0.99),
    `fromUnixTimestamp64Milli(${now}, 'UTC')`,
  ];
  return `(${fields.join(', ')})`;
}
