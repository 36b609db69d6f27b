import { logCategories, type LogCategory, type RetentionInput, type StoredKindView } from '@custos/contract';

export type Kind = StoredKindView['kind'];

const titles: Readonly<Record<Kind, string>> = {
  metrics: 'Metrics: samples',
  rollups: 'Metrics: five-minute windows',
  traces: 'Traces',
  security: 'Logs: security',
  application: 'Logs: application',
  performance: 'Logs: performance',
  audit: 'Logs: audit',
  debug: 'Logs: debug',
};

export const kindTitle = (kind: Kind): string => titles[kind];

const dayMs = 86_400_000;

/** Kinds that a law or a policy may want for ever: those of logs. */
export const mayStay = (kind: Kind): kind is LogCategory =>
  logCategories.some((category) => category === kind);

/** The times that hold at present. Metrics and traces always have one. */
export function keptNow(kinds: readonly StoredKindView[]): RetentionInput {
  const days = (kind: Kind): number | null => kinds.find((one) => one.kind === kind)?.retentionDays ?? null;
  const logs = Object.fromEntries(logCategories.map((category) => [category, days(category)]));
  return {
    metrics: days('metrics') ?? 90,
    rollups: days('rollups') ?? 730,
    traces: days('traces') ?? 14,
    logs: logs as Record<LogCategory, number | null>,
  };
}

export function daysOf(input: RetentionInput, kind: Kind): number | null {
  return mayStay(kind) ? input.logs[kind] : input[kind];
}

export function withDays(input: RetentionInput, kind: Kind, days: number | null): RetentionInput {
  if (mayStay(kind)) return { ...input, logs: { ...input.logs, [kind]: days } };
  return days === null ? input : { ...input, [kind]: days };
}

/**
 * Roughly how many rows of a kind would go at once if it were kept for so many days: its rows are taken to be
 * spread evenly over the time from the oldest to the newest. 0 while it is held.
 */
export function rowsThatGo(
  { oldestAt, newestAt, rows, held }: Pick<StoredKindView, 'oldestAt' | 'newestAt' | 'rows' | 'held'>,
  days: number | null,
  now: number,
): number {
  if (held || days === null || oldestAt === null || newestAt === null) return 0;
  const until = now - days * dayMs;
  if (until <= oldestAt) return 0;
  if (until >= newestAt) return rows;
  return Math.round((rows * (until - oldestAt)) / (newestAt - oldestAt));
}
