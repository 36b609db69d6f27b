import { decodeBase64, type Bytes } from './bytes.ts';
import { hashBytes } from './hashing.ts';
import { unreadable } from './problem.ts';

/** A tree head as a log states it (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Identity of the log, such as `example.com/audit/security`. */
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  readonly root: Bytes;
}

/** A decimal without leading zeroes that a number holds exactly; `undefined` otherwise. */
export function parseDecimal(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** One SHA-256 hash in base64; `undefined` otherwise. */
export function parseHash(text: string | undefined): Bytes | undefined {
  const bytes = decodeBase64(text ?? '');
  return bytes?.length === hashBytes ? bytes : undefined;
}

/** Parses the text of a note as a checkpoint. Throws a `LedgerProblem` (`unreadable`). */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, decimal, hash, ...extensions] = text.slice(0, -1).split('\n');
  const size = parseDecimal(decimal);
  const root = parseHash(hash);
  if (origin === undefined || origin === '' || size === undefined || root === undefined) {
    throw unreadable('A checkpoint lacks its origin, size or root.');
  }
  if (!text.endsWith('\n') || extensions.includes('')) throw unreadable('A checkpoint has an empty line.');
  return { origin, size, root };
}
