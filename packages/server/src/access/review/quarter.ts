/** The quarter of the year that an instant lies in, in UTC: `2026-Q4`, and its first and last instants, ms. */
export function quarterOf(at: number): {
  readonly period: string;
  readonly start: number;
  readonly end: number;
} {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  const quarter = Math.floor(date.getUTCMonth() / 3);
  return {
    period: `${year}-Q${quarter + 1}`,
    start: Date.UTC(year, quarter * 3, 1),
    end: Date.UTC(year, quarter * 3 + 3, 1) - 1,
  };
}
