import type { LegalHold } from './types.ts';

/** A rule that names the first hold in force which keeps what a log received at a time, or null. */
export function blockingHold(holds: readonly LegalHold[], log: string): (time: number) => string | null {
  const its = holds.filter(({ logs, releasedAt }) => releasedAt === null && (logs?.includes(log) ?? true));
  return (time) =>
    its.find(({ from, to }) => (from === null || time >= from) && (to === null || time < to))?.id ?? null;
}

/** True when the hold keeps anything that a log received between two times, both included. */
export function touches(
  { logs, from, to }: Pick<LegalHold, 'logs' | 'from' | 'to'>,
  range: { readonly log: string; readonly oldest: number; readonly newest: number },
): boolean {
  if (logs !== null && !logs.includes(range.log)) return false;
  return (from === null || range.newest >= from) && (to === null || range.oldest < to);
}
