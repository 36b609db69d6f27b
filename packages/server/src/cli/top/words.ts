const second = 1000;
const ages = [
  [86_400 * second, 'd'],
  [3600 * second, 'h'],
  [60 * second, 'm'],
  [second, 's'],
] as const;

/** How long something has lasted, in its largest unit: `4m`. */
export function ageText(ms: number): string {
  for (const [unit, name] of ages) if (ms >= unit) return `${Math.floor(ms / unit)}${name}`;
  return '0s';
}

const scales = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** A number in five characters or fewer: `950`, `1.2k`, `34M`. */
export function compact(value: number): string {
  for (const [scale, name] of scales) {
    // What would round to 1000 belongs to the scale above.
    if (Math.abs(value) >= scale * 0.9995) {
      const scaled = value / scale;
      return `${scaled.toFixed(Math.abs(scaled) < 9.95 ? 1 : 0)}${name}`;
    }
  }
  return Number.isInteger(value) || Math.abs(value) >= 9.95 ? value.toFixed(0) : value.toFixed(1);
}

/** Bytes with a decimal prefix: `1.2 kB`. */
export function bytesText(bytes: number): string {
  const text = compact(bytes);
  const prefix = /[TGMk]$/.exec(text)?.[0] ?? '';
  return `${text.slice(0, text.length - prefix.length)} ${prefix}B`;
}

export const percentText = (percent: number | null): string =>
  percent === null ? '-' : `${percent.toFixed(0)}%`;

/** The time of day in UTC: `12:30:05`. */
export const clockText = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
