import { TemplateFault } from '../fault.ts';
import { formatGeneral } from '../format-text.ts';
import { Instant, writeValue } from '../values.ts';
import { numberAt, type TemplateFunction } from './function.ts';

/*
 * As in Prometheus's template/template.go and prometheus/common's helpers/templates/time.go.
 */
const larger = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const smaller = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];
const binary = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

const four = (value: number): string => formatGeneral(value, 4);
const isPlain = (value: number): boolean => value === 0 || !Number.isFinite(value);

function scaled(value: number, prefixes: readonly string[], base: number): string {
  let rest = value;
  let prefix = '';
  for (const next of prefixes) {
    if (Math.abs(rest) < base) break;
    prefix = next;
    rest /= base;
  }
  return four(rest) + prefix;
}

function shrunk(value: number): string {
  let rest = value;
  let prefix = '';
  for (const next of smaller) {
    if (Math.abs(rest) >= 1) break;
    prefix = next;
    rest *= 1000;
  }
  return four(rest) + prefix;
}

/** `humanize`: 1234567 becomes 1.235M. */
function humanize(value: number): string {
  if (isPlain(value)) return four(value);
  return Math.abs(value) >= 1 ? scaled(value, larger, 1000) : shrunk(value);
}

function humanize1024(value: number): string {
  return Math.abs(value) <= 1 || !Number.isFinite(value) ? four(value) : scaled(value, binary, 1024);
}

/** `humanizeDuration`: 3661 becomes 1h 1m 1s. */
function humanizeDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return four(seconds);
  if (seconds === 0) return `${four(seconds)}s`;
  if (Math.abs(seconds) < 1) return `${shrunk(seconds)}s`;
  const sign = seconds < 0 ? '-' : '';
  const whole = Math.trunc(Math.abs(seconds));
  const second = whole % 60;
  const minute = Math.floor(whole / 60) % 60;
  const hour = Math.floor(whole / 3600) % 24;
  const day = Math.floor(whole / 86_400);
  if (day > 0) return `${sign}${day}d ${hour}h ${minute}m ${second}s`;
  if (hour > 0) return `${sign}${hour}h ${minute}m ${second}s`;
  if (minute > 0) return `${sign}${minute}m ${second}s`;
  return `${sign}${four(Math.abs(seconds))}s`;
}

export function instantOf(seconds: number): Instant {
  const ms = Math.round(seconds * 1000);
  if (Math.abs(ms) > 8.64e15)
    throw new TemplateFault(`${seconds} cannot be represented as a nanoseconds timestamp`);
  return new Instant(ms);
}

const ofNumber = (write: (value: number) => string): TemplateFunction => ({
  arity: [1, 1],
  call: (args) => write(numberAt(args, 0)),
});

/** Functions that write numbers for people. */
export const humanizing: readonly (readonly [string, TemplateFunction])[] = [
  ['humanize', ofNumber(humanize)],
  ['humanize1024', ofNumber(humanize1024)],
  ['humanizeDuration', ofNumber(humanizeDuration)],
  ['humanizePercentage', ofNumber((value) => `${four(value * 100)}%`)],
  [
    'humanizeTimestamp',
    ofNumber((value) => (Number.isFinite(value) ? writeValue(instantOf(value)) : four(value))),
  ],
];
