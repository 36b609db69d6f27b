import type { JsonObject } from '../events/types.ts';
import { digestOf, openDisclosure } from './commitment.ts';
import { badDisclosure } from './errors.ts';

/** A leaf with some of its sealed fields put back. */
export interface DisclosedEvent {
  readonly event: JsonObject;
  /** Paths that were put back. */
  readonly disclosed: readonly string[];
  /** Commitments that stayed closed; they say that a field is there, and nothing else. */
  readonly closed: number;
}

type Branch = Record<string, unknown>;

const isBranch = (value: unknown): value is Branch =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Copies the branches on the way to a path and puts the value there; false when something is there already. */
function put(root: Branch, path: readonly string[], value: unknown): boolean {
  let at = root;
  for (const [index, name] of path.entries()) {
    if (name === '__proto__' || name === '') return false;
    if (index === path.length - 1) {
      if (Object.hasOwn(at, name)) return false;
      at[name] = value;
      return true;
    }
    const next = Object.hasOwn(at, name) ? at[name] : {};
    if (!isBranch(next)) return false;
    const copy = { ...next };
    at[name] = copy;
    at = copy;
  }
  return false;
}

function digestsOf(leaf: Branch): readonly string[] {
  const sealed = leaf['sealed'];
  if (!isBranch(sealed) || sealed['alg'] !== 'sha-256' || !Array.isArray(sealed['digests'])) return [];
  return sealed['digests'].filter((digest) => typeof digest === 'string');
}

/**
 * Puts disclosed fields back into a leaf. A disclosure is accepted only when its digest is among the
 * leaf's, at most once, and its field is not in the leaf already (RFC 9901 section 7.1). Raises
 * `invalid_input` that names the first one that is not accepted.
 */
export function disclosedEvent(leaf: Uint8Array, disclosures: readonly string[]): DisclosedEvent {
  const event = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(leaf)) as Branch;
  const open = new Set(digestsOf(event));
  const disclosed: string[] = [];
  for (const [index, disclosure] of disclosures.entries()) {
    if (!open.delete(digestOf(disclosure)))
      throw badDisclosure(index, 'is not among the commitments of the leaf');
    const opened = openDisclosure(disclosure);
    if (opened === undefined) throw badDisclosure(index, 'is not a salt, a name and a value');
    if (!put(event, opened.name.split('.'), opened.value)) {
      throw badDisclosure(index, 'names a field that the leaf has already or cannot have');
    }
    disclosed.push(opened.name);
  }
  return { event: event as JsonObject, disclosed, closed: open.size };
}
