import type { EventInput } from './events/envelope.ts';
import { textLimits } from './events/limits.ts';
import { unfitEvent } from './errors.ts';
import type { AuditEvent } from './types.ts';

/** What an act is that names no type of the catalogue. */
const plainType = 'administration.act';

/**
 * Text that callers influence, such as an id in a path, must not be able to stop a record: what an event
 * cannot hold (control characters, half a character) is replaced, what is too long is cut.
 */
function held(text: string, length: number): string {
  const clean = text.replaceAll(/\p{Cc}/gu, '\uFFFD').toWellFormed();
  return clean.slice(0, length).toWellFormed() || '-';
}

/** Details as plain JSON: what JSON leaves out is left out, and text is well formed. */
function plainDetails(details: AuditEvent['details']): Record<string, unknown> {
  try {
    const text = JSON.stringify(details ?? {}, (_key, value: unknown) =>
      typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').toWellFormed() : value,
    );
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw unfitEvent('details', 'must be plain JSON');
  }
}

/** Custos and those who are not signed in are no persons; their names are no news. */
const named = (type: AuditEvent['actor']['type']): boolean => type === 'user' || type === 'token';

/** An act in the form of the catalogue. Raises `invalid_input` when it cannot be kept as it is. */
export function eventInputOf(event: AuditEvent): EventInput {
  const { actor, target, address, requestId } = event;
  if (
    !/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/.test(event.action) ||
    event.action.length > textLimits.action
  ) {
    throw unfitEvent('action', 'must be noun.verb in small letters, such as probe.delete');
  }
  return {
    type: event.type ?? plainType,
    action: event.action,
    outcome: event.outcome,
    actor: {
      type: actor.type,
      id: held(actor.id === '' ? actor.type : actor.id, textLimits.partyId),
      ...(named(actor.type) && actor.name !== '' ? { name: held(actor.name, textLimits.partyName) } : {}),
    },
    ...(target === null
      ? {}
      : {
          target: {
            type: /^[a-z][a-z0-9-]{0,63}$/.test(target.type) ? target.type : 'other',
            id: held(target.id, textLimits.partyId),
          },
        }),
    ...(address === null ? {} : { address: held(address, textLimits.address) }),
    ...(requestId === null ? {} : { requestId: held(requestId, textLimits.requestId) }),
    details: plainDetails(event.details),
  };
}
