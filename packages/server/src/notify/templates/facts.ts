import { formatDuration } from '../../base/duration.ts';
import type { Dispatch } from '../types.ts';

/** One line of the list of facts in a message. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** A time as people on call in several countries read it: UTC, to the second. */
function writeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A duration to the second, such as `1h4m12s`. */
function writeDuration(ms: number): string {
  return formatDuration(Math.max(0, Math.round(ms / 1000)) * 1000);
}

/** A figure without the noise of binary fractions. */
function writeNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** The word in front of a title. */
export function headline({ message }: Pick<Dispatch, 'message'>): string {
  const word = { firing: 'FIRING', resolved: 'RESOLVED', test: 'TEST' }[message.event];
  return `[${word}] ${message.title}`;
}

/** What every message says beside its words, in the order in which people ask. */
export function factsOf({ message, createdAt }: Pick<Dispatch, 'message' | 'createdAt'>): Fact[] {
  const facts: Fact[] = [{ name: 'Severity', value: message.severity }];
  if (message.serviceName !== null) facts.push({ name: 'Service', value: message.serviceName });
  if (message.value !== null) facts.push({ name: 'Value', value: writeNumber(message.value) });
  if (message.threshold !== null) facts.push({ name: 'Threshold', value: writeNumber(message.threshold) });
  if (message.resolvedAt === null) {
    const lasted = createdAt - message.startedAt;
    const since = writeTime(message.startedAt);
    facts.push({ name: 'Since', value: lasted < 1000 ? since : `${since} (${writeDuration(lasted)})` });
  } else {
    facts.push({ name: 'From', value: writeTime(message.startedAt) });
    facts.push({ name: 'Until', value: writeTime(message.resolvedAt) });
    facts.push({ name: 'Lasted', value: writeDuration(message.resolvedAt - message.startedAt) });
  }
  return facts;
}

/** `name=value` pairs in the order of their names. */
export function writeLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** Cuts a text to `length` characters without splitting a pair of surrogates. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
