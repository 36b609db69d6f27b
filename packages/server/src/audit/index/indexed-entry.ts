import { isAscii, isUtf8 } from 'node:buffer';
import type { Json, LeafEvent } from '../events/types.ts';
import { foldText } from './folded-text.ts';
import type { EventPlace } from './types.ts';

/** An entry of a log as the index sees it. */
export interface IndexedEntry {
  readonly log: string;
  readonly index: number;
  readonly bytes: Buffer;
  /** The entry as text; empty when it is not UTF-8. */
  readonly text: string;
  readonly ascii: boolean;
  /** Null for an entry that is no event, such as the record of a resumed log. */
  readonly event: LeafEvent | null;
  /** When it was received, ms; 0 when it is no event. */
  readonly receivedTime: number;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextIfAny = (value: unknown): boolean => value === undefined || typeof value === 'string';

function isParty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { type, id } = value as { readonly type?: unknown; readonly id?: unknown };
  return isText(type) && isTextIfAny(id);
}

function eventIn(text: string): LeafEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const event = value as Partial<LeafEvent>;
  const { id, type, action, outcome, severity, source, tenant, requestId, traceId, receivedTime } = event;
  const whole =
    [id, type, action, outcome, severity, source, receivedTime].every(isText) &&
    [tenant, requestId, traceId].every(isTextIfAny) &&
    type !== '' &&
    !Number.isNaN(Date.parse(receivedTime as string)) &&
    isParty(event.actor) &&
    (event.target === undefined || isParty(event.target)) &&
    typeof event.details === 'object';
  return whole ? (event as LeafEvent) : null;
}

/** Reads an entry; never raises, since a log may hold what is no event. */
export function readEntry(log: string, index: number, bytes: Buffer): IndexedEntry {
  const ascii = isAscii(bytes);
  const text = ascii ? bytes.toString('latin1') : isUtf8(bytes) ? bytes.toString('utf8') : '';
  const event = eventIn(text);
  return {
    log,
    index,
    bytes,
    text,
    ascii,
    event,
    receivedTime: event === null ? 0 : Date.parse(event.receivedTime),
  };
}

export function placeOfEntry({ log, index, event, receivedTime }: IndexedEntry): EventPlace {
  return { receivedTime, id: event?.id ?? '', log, index };
}

/** What is searched for text. */
export const foldedLeaf = (entry: IndexedEntry): string => foldText(entry.text);

/** The details of an event, whatever they are. */
export const detailsOf = (event: LeafEvent): Json => (event.details as Json | undefined) ?? {};
