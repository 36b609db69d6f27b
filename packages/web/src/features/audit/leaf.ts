import type { AuditEventDetail } from '@custos/contract';

/** Bytes of base64; undefined for other text. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The exact bytes that the log keeps of an event, as the server sent them; it keeps them from who may not see all. */
export function leafOf({ proof }: AuditEventDetail): Uint8Array<ArrayBuffer> | undefined {
  return proof.leaf === null ? undefined : bytesOf(proof.leaf);
}

export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

type Branch = Readonly<Record<string, unknown>>;

const isBranch = (value: unknown): value is Branch =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON with sorted names, so that equal values are equal texts. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isBranch(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((name) => [name, ordered(value[name])]),
  );
}

const same = (left: unknown, right: unknown): boolean =>
  JSON.stringify(ordered(left)) === JSON.stringify(ordered(right));

/** What the bytes of the entry say, to be read; undefined when they are no event. */
export function leafEvent(event: AuditEventDetail): Branch | undefined {
  const leaf = leafOf(event);
  if (leaf === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(leaf));
    return isBranch(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const idOf = (party: unknown): unknown => (isBranch(party) ? (party['id'] ?? null) : null);
const typeOf = (party: unknown): unknown => (isBranch(party) ? (party['type'] ?? null) : null);
const instantOf = (value: unknown): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN);

/**
 * Names of the fields that are shown differently from what the entry says; undefined when the entry is no
 * event. The names of parties are the present ones and not of the log.
 */
export function mismatchesOf(event: AuditEventDetail): readonly string[] | undefined {
  const leaf = leafEvent(event);
  if (leaf === undefined) return undefined;
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['id', event.id, leaf['id']],
    ['time', event.time, instantOf(leaf['time'])],
    ['received', event.receivedTime, instantOf(leaf['receivedTime'])],
    ['type', event.type, leaf['type']],
    ['action', event.action, leaf['action']],
    ['outcome', event.outcome, leaf['outcome']],
    ['severity', event.severity, leaf['severity']],
    ['source', event.source, leaf['source']],
    ['actor', event.actor.id, idOf(leaf['actor'])],
    ['actor type', event.actor.type, typeOf(leaf['actor'])],
    ['target', event.target?.id ?? null, idOf(leaf['target'])],
    ['target type', event.target?.type ?? null, typeOf(leaf['target'])],
    ['tenant', event.tenant, leaf['tenant'] ?? null],
    ['trace', event.traceId, leaf['traceId'] ?? null],
    ['request', event.requestId, leaf['requestId'] ?? null],
    ['details', event.details, leaf['details'] ?? {}],
  ];
  return pairs.filter(([, shown, kept]) => !same(shown, kept)).map(([name]) => name);
}
