import type { ReviewLineView } from '@custos/contract';

/** The quarter of an instant in UTC, as the server names it: `2026-Q4`. */
export function thisQuarter(now: number): string {
  const at = new Date(now);
  return `${at.getUTCFullYear()}-Q${Math.floor(at.getUTCMonth() / 3) + 1}`;
}

/** `2026-Q4` as people say it: `4th quarter of 2026`. */
export function periodWords(period: string): string {
  const [year = '', quarter = ''] = period.split('-Q');
  const ordinal = { 1: '1st', 2: '2nd', 3: '3rd', 4: '4th' }[quarter] ?? '';
  return ordinal === '' ? period : `${ordinal} quarter of ${year}`;
}

export type LineView = 'undecided' | 'all' | 'revoked';

export function linesOf(lines: readonly ReviewLineView[], view: LineView): readonly ReviewLineView[] {
  if (view === 'all') return lines;
  return lines.filter(({ decision }) => (view === 'revoked' ? decision === 'revoke' : decision === null));
}
