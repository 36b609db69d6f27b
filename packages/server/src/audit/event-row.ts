import { unfitEvent } from './errors.ts';
import type { AuditEvent, StoredAuditEvent } from './types.ts';

/** Details may be 50 KB of JSON in UTF-8; who needs more keeps it elsewhere and names it here. */
export const detailsLimitBytes = 51_200;

/** A row of the table, as both dialects keep it. */
export type AuditRow = {
  id: string;
  time: number;
  actor_type: string;
  actor_id: string;
  actor_name: string;
  action: string;
  target_type: string | null;
  target_id: string | null;
  outcome: string;
  address: string | null;
  request_id: string | null;
  details: string;
};

/**
 * Text that callers influence, such as an id in a path, must not be able to stop a record: what a store
 * cannot hold (NUL, half a character) is replaced, what is too long is cut.
 */
function held(text: string, length: number): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed().slice(0, length);
}

function detailsOf(event: AuditEvent): string {
  let text: string;
  try {
    text = JSON.stringify(event.details ?? {});
  } catch {
    throw unfitEvent('details', 'must be plain JSON');
  }
  const size = Buffer.byteLength(text);
  if (size > detailsLimitBytes) {
    throw unfitEvent('details', `must be at most ${detailsLimitBytes} bytes of JSON and is ${size}`);
  }
  return text;
}

/** The row for an event. Raises `invalid_input` when the event cannot be kept as it is. */
export function rowOf(event: AuditEvent, id: string, time: number): AuditRow {
  if (!/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/.test(event.action) || event.action.length > 100) {
    throw unfitEvent('action', 'must be noun.verb in small letters, such as probe.delete');
  }
  return {
    id,
    time,
    actor_type: event.actor.type,
    actor_id: held(event.actor.id, 200),
    actor_name: held(event.actor.name, 200),
    action: event.action,
    target_type: event.target === null ? null : held(event.target.type, 100),
    target_id: event.target === null ? null : held(event.target.id, 300),
    outcome: event.outcome,
    address: event.address === null ? null : held(event.address, 100),
    request_id: event.requestId === null ? null : held(event.requestId, 100),
    details: detailsOf(event),
  };
}

/** The event of a row. */
export function eventOf(row: AuditRow & { seq: number }): StoredAuditEvent {
  return {
    seq: row.seq,
    id: row.id,
    time: row.time,
    actor: {
      type: row.actor_type as StoredAuditEvent['actor']['type'],
      id: row.actor_id,
      name: row.actor_name,
    },
    action: row.action,
    target:
      row.target_type === null || row.target_id === null
        ? null
        : { type: row.target_type, id: row.target_id },
    outcome: row.outcome as StoredAuditEvent['outcome'],
    address: row.address,
    requestId: row.request_id,
    details: JSON.parse(row.details) as Record<string, unknown>,
  };
}
