import type { Subject } from '../vault/types.ts';
import type { Whose } from './event-type.ts';
import type { AuditEnvelope, Json } from './types.ts';

/** A sensitive field that was taken out of an event. */
export interface SensitiveField {
  /** Dotted path. */
  readonly field: string;
  readonly value: Json;
  readonly whose: Whose;
}

type Branch = Record<string, unknown>;

const isBranch = (value: unknown): value is Branch =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An id that is an e-mail address is no pseudonym: it is taken for a name, whatever the type says. */
const looksLikeEmail = /[^\s@]@[^\s@]/;

function pathsOf(event: AuditEnvelope, sealed: ReadonlyMap<string, Whose>): Map<string, Whose> {
  const paths = new Map(sealed);
  if (looksLikeEmail.test(event.actor.id)) paths.set('actor.id', 'actor');
  if (event.target !== undefined && looksLikeEmail.test(event.target.id)) paths.set('target.id', 'target');
  return paths;
}

/** Copies the branches on the way to a path, takes the value out and returns it; undefined when it is not there. */
function takeOut(root: Branch, path: readonly string[]): unknown {
  let at = root;
  for (const [index, name] of path.entries()) {
    if (!Object.hasOwn(at, name)) return undefined;
    const next = at[name];
    if (index === path.length - 1) {
      delete at[name];
      return next;
    }
    if (!isBranch(next)) return undefined;
    const copy = { ...next };
    at[name] = copy;
    at = copy;
  }
  return undefined;
}

/** Parts an event into what may stand in the leaf and the sensitive fields, each under its path. */
export function partSensitive(
  event: AuditEnvelope,
  sealed: ReadonlyMap<string, Whose>,
): { readonly kept: Record<string, unknown>; readonly fields: readonly SensitiveField[] } {
  const kept: Branch = { ...event };
  const fields: SensitiveField[] = [];
  for (const [field, whose] of pathsOf(event, sealed)) {
    const value = takeOut(kept, field.split('.'));
    if (value !== undefined) fields.push({ field, value: value as Json, whose });
  }
  return { kept, fields };
}

/** The subject of a sensitive field; what would be the target's is the actor's when there is no target. */
export function subjectOf(event: AuditEnvelope, whose: Whose): Subject {
  const { type, id } = whose === 'target' ? (event.target ?? event.actor) : event.actor;
  return { tenant: event.tenant ?? null, type, id };
}
