import { decodeBase64Url, decodeUtf8, encodeBase64Url, encodeUtf8 } from './bytes.ts';
import { sha256 } from './hashing.ts';
import { notVerified, unreadable } from './problem.ts';
import { isRecord, parseStrictJson, type JsonRecord } from './strict-json.ts';

/** An event with the sealed fields put back that were disclosed. */
export interface DisclosedEvent {
  readonly event: JsonRecord;
  /** Dotted paths that were put back, sorted. */
  readonly disclosed: readonly string[];
  /** Commitments that stayed closed; they say that a field is there, and nothing else. */
  readonly closed: number;
}

function openDisclosure(disclosure: unknown): { name: string; value: unknown } {
  const bytes = typeof disclosure === 'string' ? decodeBase64Url(disclosure) : undefined;
  const text = bytes === undefined ? undefined : decodeUtf8(bytes);
  const parts = text === undefined ? undefined : parseStrictJson(text)?.value;
  const [salt, name] = Array.isArray(parts) && parts.length === 3 ? (parts as unknown[]) : [];
  if (typeof salt !== 'string' || typeof name !== 'string') {
    throw unreadable('A disclosure is not a salt, a name and a value.');
  }
  return { name, value: (parts as unknown[])[2] };
}

/** Puts a value at its place in a parsed leaf; false when something is there already. */
function put(root: JsonRecord, path: readonly string[], value: unknown): boolean {
  let at = root;
  for (const name of path.slice(0, -1)) {
    if (name === '' || name === '__proto__') return false;
    if (!Object.hasOwn(at, name)) at[name] = {};
    const next = at[name];
    if (!isRecord(next)) return false;
    at = next;
  }
  const last = path.at(-1) ?? '';
  if (last === '' || last === '__proto__' || Object.hasOwn(at, last)) return false;
  at[last] = value;
  return true;
}

function commitmentsOf(event: JsonRecord): Set<unknown> {
  const { sealed } = event;
  if (!isRecord(sealed) || sealed['alg'] !== 'sha-256') return new Set();
  const { digests } = sealed;
  return new Set(Array.isArray(digests) ? digests.filter((digest) => typeof digest === 'string') : []);
}

/** Parses a leaf as an event. Throws a `LedgerProblem` (`unreadable`). */
export function parseLeaf(leaf: Uint8Array): JsonRecord {
  const text = decodeUtf8(leaf);
  const event = text === undefined ? undefined : parseStrictJson(text)?.value;
  if (!isRecord(event)) throw unreadable('A leaf is not an event.');
  return event;
}

/**
 * Puts disclosed fields back into an event. A disclosure counts only when its digest is among the leaf's
 * commitments, at most once, and its field is not in the leaf already (RFC 9901 sections 4.2.3 and 7.1).
 * Throws a `LedgerProblem`.
 */
export async function discloseEvent(
  leaf: Uint8Array,
  disclosures: readonly unknown[],
): Promise<DisclosedEvent> {
  const event = parseLeaf(leaf);
  const open = commitmentsOf(event);
  const disclosed: string[] = [];
  for (const disclosure of disclosures) {
    const { name, value } = openDisclosure(disclosure);
    if (!open.delete(encodeBase64Url(await sha256(encodeUtf8(disclosure as string))))) {
      throw notVerified(`The disclosed field ${name} is not the one that the event committed to.`);
    }
    if (!put(event, name.split('.'), value)) {
      throw notVerified(`The disclosed field ${name} is in the event already, or cannot be.`);
    }
    disclosed.push(name);
  }
  return { event, disclosed: disclosed.toSorted(), closed: open.size };
}
