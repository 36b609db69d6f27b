import { hash } from 'node:crypto';
import { canonicalJson } from '../events/canonical-json.ts';
import type { Json } from '../events/types.ts';
import { freshSalt } from './salt.ts';

/**
 * Salted commitments, as selective disclosure for JSON web tokens makes them (RFC 9901): a disclosure is
 * base64url of the JSON array [salt, name, value] (section 4.2.1), its digest base64url of the SHA-256 of
 * that text (section 4.2.3). The salt has 128 random bits (section 9.3), so that even a value out of a
 * short list, such as an address, cannot be found by trying.
 */
export interface Commitment {
  readonly disclosure: string;
  readonly digest: string;
}

export interface OpenedDisclosure {
  readonly salt: string;
  /** Dotted path of the field. */
  readonly name: string;
  readonly value: Json;
}

export function digestOf(disclosure: string): string {
  return hash('sha256', disclosure, 'base64url');
}

/** Commits to one field with a fresh salt. */
export function commit(name: string, value: Json): Commitment {
  const disclosure = Buffer.from(canonicalJson([freshSalt(), name, value]), 'utf8').toString('base64url');
  return { disclosure, digest: digestOf(disclosure) };
}

/** Reads a disclosure; `undefined` when it is not one. */
export function openDisclosure(disclosure: string): OpenedDisclosure | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(disclosure)) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(disclosure, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 3) return undefined;
  const [salt, name, value] = parts as unknown[];
  if (typeof salt !== 'string' || typeof name !== 'string') return undefined;
  return { salt, name, value: value as Json };
}
