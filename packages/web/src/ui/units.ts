import { bytes } from './format.ts';

/** How values are written: names as the contract has them for panels. */
export type Unit =
  | 'none'
  | 'percent'
  | 'ratio'
  | 'bytes'
  | 'bytes-per-second'
  | 'seconds'
  | 'milliseconds'
  | 'per-second'
  | 'count';

export const unitTitles: Readonly<Record<Unit, string>> = {
  none: 'Plain number',
  count: 'Count',
  percent: 'Percent (0 to 100)',
  ratio: 'Share (0 to 1)',
  bytes: 'Bytes',
  'bytes-per-second': 'Bytes per second',
  seconds: 'Seconds',
  milliseconds: 'Milliseconds',
  'per-second': 'Per second',
};

const prefixes = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e4, 'k'],
] as const;

/** At most three digits that matter: `0.0123`, `4.56`, `123`, `12.3k`. */
function short(value: number): string {
  const size = Math.abs(value);
  const [factor, prefix] = prefixes.find(([least]) => size >= least) ?? [1, ''];
  // Thousands begin at ten thousand, since 1,234 says more than 1.23k.
  const scaled = value / (prefix === 'k' ? 1000 : factor);
  if (scaled === 0) return '0';
  const digits = Math.abs(scaled);
  if (digits < 1e-4) return scaled.toExponential(2);
  if (digits >= 1000) return Math.round(scaled).toLocaleString('en');
  return `${Number(scaled.toPrecision(digits >= 100 && Number.isInteger(scaled) ? 4 : 3))}${prefix}`;
}

function time(seconds: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 1e-3) return `${short(seconds * 1e6)} µs`;
  if (size < 1) return `${short(seconds * 1e3)} ms`;
  if (size < 120) return `${short(seconds)} s`;
  if (size < 7200) return `${short(seconds / 60)} min`;
  return size < 172_800 ? `${short(seconds / 3600)} h` : `${short(seconds / 86_400)} d`;
}

const formats: Readonly<Record<Unit, (value: number) => string>> = {
  none: short,
  count: short,
  percent: (value) => `${short(value)}%`,
  ratio: (value) => `${short(value * 100)}%`,
  bytes: (value) => (value < 0 ? `−${bytes(-value)}` : bytes(value)),
  'bytes-per-second': (value) => `${value < 0 ? '−' : ''}${bytes(Math.abs(value))}/s`,
  seconds: time,
  milliseconds: (value) => time(value / 1000),
  'per-second': (value) => `${short(value)}/s`,
};

/** A value in words; a dash where there is none. */
export function inUnit(unit: Unit, value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  return formats[unit](value);
}

/** Whether steps of powers of two read better. */
export const isBinary = (unit: Unit): boolean => unit === 'bytes' || unit === 'bytes-per-second';
