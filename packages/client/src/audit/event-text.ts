import type { FieldError } from '../errors.ts';
import { withFields } from './errors.ts';
import { newEventId } from './ids.ts';
import type { AuditEventDraft } from './types.ts';

/** The server takes 51,200 bytes of details and 14,335 around them; this is for what is plainly too large. */
const eventLimitBytes = 80_000;
const detailsLimitBytes = 51_200;

/** The length of a text in UTF-8 bytes. */
export const utf8Bytes = (text: string): number => encoder.encode(text).length;
const encoder = new TextEncoder();

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function partyFaults(field: 'actor' | 'target', party: unknown): FieldError[] {
  const { type, id } = (party ?? {}) as { type?: unknown; id?: unknown };
  return [
    ...(isText(type) ? [] : [{ field: `${field}.type`, message: 'must be given, such as user' }]),
    ...(isText(id) ? [] : [{ field: `${field}.id`, message: 'must be given' }]),
  ];
}

function faultsOf(event: AuditEventDraft): FieldError[] {
  if (typeof event !== 'object' || event === null) return [{ field: 'event', message: 'must be an object' }];
  const faults: FieldError[] = [];
  if (!isText(event.type)) faults.push({ field: 'type', message: 'must be given, such as data.access' });
  if (!['attempted', 'succeeded', 'failed', 'denied'].includes(event.outcome)) {
    faults.push({ field: 'outcome', message: 'must be one of attempted, succeeded, failed, denied' });
  }
  faults.push(...partyFaults('actor', event.actor));
  if (event.target !== undefined) faults.push(...partyFaults('target', event.target));
  if (event.time !== undefined && !(Math.abs(event.time) <= 8.64e15)) {
    faults.push({ field: 'time', message: 'must be milliseconds since the epoch' });
  }
  return faults;
}

function textOf(field: string, value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    const message = `must be JSON (${error instanceof Error ? error.message.split('\n')[0] : 'it is not'})`;
    throw withFields('invalid_event', 'The audit event cannot be sent', [{ field, message }]);
  }
}

/** An event as it goes out. */
export interface EventText {
  readonly id: string;
  readonly text: string;
  readonly bytes: number;
}

/**
 * Completes an event with an id, the time and the recorder's source, and writes it as the JSON that is sent.
 * What the caller does with the object afterwards changes nothing. Raises `invalid_event` for what no server
 * would take; the server checks the rest.
 */
export function eventText(
  event: AuditEventDraft,
  context: { readonly now: number; readonly source?: string | undefined },
): EventText {
  const faults = faultsOf(event);
  if (faults.length > 0) throw withFields('invalid_event', 'The audit event cannot be sent', faults);
  const id = event.id ?? newEventId(context.now);
  const time = new Date(event.time ?? context.now).toISOString();
  const text = textOf('event', { ...event, id, time, source: event.source ?? context.source });
  const bytes = utf8Bytes(text);
  if (bytes > detailsLimitBytes) {
    const details = utf8Bytes(textOf('details', event.details));
    const [field, limit, size] =
      details > detailsLimitBytes
        ? ['details', detailsLimitBytes, details]
        : ['event', eventLimitBytes, bytes];
    if (size > limit) {
      throw withFields('invalid_event', 'The audit event cannot be sent', [
        { field, message: `must be at most ${limit} bytes of JSON and is ${size}` },
      ]);
    }
  }
  return { id, text, bytes };
}
