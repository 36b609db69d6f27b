import { malformed } from '../errors.ts';
import { hashBytes } from '../merkle/hashing.ts';
import { decodeBase64 } from './signed-note.ts';

/** A tree head as a log states it (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Identity of the log, such as `example.com/audit/security`. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** Opaque lines after the first three; we write none. */
  readonly extensions: readonly string[];
}

/** Parses a decimal without leading zeroes that a number can hold exactly; `undefined` otherwise. */
export function parseDecimal(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Parses one base 64 SHA-256 hash; `undefined` otherwise. */
export function parseHash(text: string | undefined): Buffer | undefined {
  const bytes = decodeBase64(text ?? '');
  return bytes?.length === hashBytes ? bytes : undefined;
}

/** Parses the text of a note as a checkpoint. Raises `malformed_record`. */
export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw malformed('checkpoint', 'its text must end in a newline');
  const [origin, decimal, hash, ...extensions] = text.slice(0, -1).split('\n');
  const size = parseDecimal(decimal);
  const root = parseHash(hash);
  if (origin === undefined || origin === '')
    throw malformed('checkpoint', 'its first line must be the origin');
  if (size === undefined) throw malformed('checkpoint', 'its second line must be the tree size');
  if (root === undefined) throw malformed('checkpoint', 'its third line must be the root hash in base 64');
  if (extensions.includes('')) throw malformed('checkpoint', 'no line may be empty');
  return { origin, size, root, extensions };
}

/** The text to sign for a tree head. */
export function formatCheckpoint(head: {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}): string {
  return `${head.origin}\n${head.size}\n${Buffer.from(head.root).toString('base64')}\n`;
}
