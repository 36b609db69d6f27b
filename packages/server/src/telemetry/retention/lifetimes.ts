import { logCategories, type LogCategory, type RetentionInput } from '@custos/contract';
import { isLogs, storedKinds, type StoredKind } from './types.ts';

/** Row L5: security 7 years, application 2 years, performance 90 days, debug 30 days, audit for ever. */
export const defaultRetention: RetentionInput = {
  metrics: 90,
  rollups: 730,
  traces: 14,
  logs: { security: 2557, application: 731, performance: 90, audit: null, debug: 30 },
};

/** The engine's clock for TTLs ends in 2106: what is kept for longer than this is kept for ever. */
const longestDays = 20_000;

/** Days for which a kind is kept; null for ever. */
export function daysOf(kind: StoredKind, retention: RetentionInput): number | null {
  return isLogs(kind) ? retention.logs[kind] : retention[kind];
}

/** True when something would be kept for a shorter time than before. */
export function shortens(before: RetentionInput, after: RetentionInput): boolean {
  return storedKinds.some((kind) => (daysOf(kind, after) ?? Infinity) < (daysOf(kind, before) ?? Infinity));
}

/** A table whose rows expire, and the expression that says when. */
export interface TableLifetime {
  readonly table: string;
  readonly ttl: string;
}

/** The TTL of every table of telemetry. Rows with the time zero are kept for ever. */
export function lifetimes(
  retention: RetentionInput,
  held: ReadonlyMap<LogCategory, string>,
): readonly TableLifetime[] {
  const after = (start: string, days: number | null): string =>
    // The column stands in the expression even when it does not matter: the engine asks for that.
    days === null || days > longestDays
      ? `if(${start} < toDateTime(0), ${start}, toDateTime(0))`
      : `${start} + toIntervalDay(${days})`;
  const logs = logCategories.flatMap((category) => {
    const days = retention.logs[category];
    if (held.has(category) || days === null || days > longestDays) return [];
    return [`category = '${category}', toDateTime(time) + toIntervalDay(${days})`];
  });
  return [
    { table: 'metric_sample', ttl: after('toDateTime(time)', retention.metrics) },
    { table: 'metric_rollup', ttl: after('toDateTime(day)', retention.rollups) },
    { table: 'metric_rollup_day', ttl: after('toDateTime(day)', retention.rollups) },
    // The labels of a series are needed as long as either.
    {
      table: 'metric_series',
      ttl: after('toDateTime(day)', Math.max(retention.metrics, retention.rollups)),
    },
    { table: 'span', ttl: after('toDateTime(time)', retention.traces) },
    {
      table: 'log_record',
      ttl:
        logs.length === 0
          ? `if(category = '', toDateTime(time), toDateTime(0))`
          : `multiIf(${logs.join(', ')}, toDateTime(0))`,
    },
  ];
}
