/** Of one row of the grid with the gap below it, px. */
export const rowPx = 34;
export const gapPx = 10;
const headPx = 34;
const paddingPx = 14;

/** What a panel of so many rows has for what it shows, px. */
export function bodyPx(rows: number): number {
  return rows * rowPx - gapPx - headPx - paddingPx;
}
