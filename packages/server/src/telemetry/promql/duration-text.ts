/** Durations as Prometheus writes them: whole numbers with units, the largest first, such as `1h30m`. */
const units = [
  ['y', 31_536_000_000],
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

const pattern = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Milliseconds of a duration with units; `undefined` when the text is none. A year has 365 days. */
export function readDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null || text === '') return undefined;
  let total = 0;
  for (const [index, [, size]] of units.entries()) total += Number(match[index + 1] ?? 0) * size;
  return total;
}

/** Writes milliseconds; years, weeks and days only where they come out even, as Prometheus does. */
export function writeDuration(ms: number): string {
  if (ms === 0) return '0s';
  let rest = Math.abs(Math.round(ms));
  let text = ms < 0 ? '-' : '';
  for (const [unit, size] of units) {
    const exact = unit === 'y' || unit === 'w' || unit === 'd';
    if (exact && rest % size !== 0) continue;
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text;
}
