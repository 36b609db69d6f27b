import type { Page } from '@custos/contract';
import { invalidInput } from '../base/errors.ts';

/** What a cursor is made of: the sort key of the last row that was shown, such as time and id. */
export type CursorKey = readonly (string | number)[];

/** Makes a cursor that callers pass back unread: base64url of a JSON list. */
export function encodeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * Reads a cursor that `encodeCursor` made. `shape` names the type of each part, numbers being whole;
 * anything else is refused as `invalid_input` with the field `cursor`.
 */
export function decodeCursor<const Shape extends readonly ('string' | 'number')[]>(
  cursor: string,
  shape: Shape,
): { [Index in keyof Shape]: Shape[Index] extends 'string' ? string : number } {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    key = undefined;
  }
  const fits =
    Array.isArray(key) &&
    key.length === shape.length &&
    key.every(
      (part, index) =>
        typeof part === shape[index] && (typeof part !== 'number' || Number.isSafeInteger(part)),
    );
  if (!fits) {
    throw invalidInput([{ field: 'cursor', message: 'must be the nextCursor of the page before' }]);
  }
  return key as never;
}

/** Reads the cursor of a list that is sorted by one text, such as an id; undefined for the first page. */
export function readCursor(cursor: string | undefined): string | undefined {
  return cursor === undefined ? undefined : decodeCursor(cursor, ['string'])[0];
}

/**
 * Cuts a page out of rows that were read with `limit + 1`: the row too many only says that there is more.
 * `key` gives what the next page begins behind: one text, or the parts of a sort key.
 */
export function pageFrom<Row>(
  rows: readonly Row[],
  limit: number,
  key: (row: Row) => string | CursorKey,
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items, nextCursor: null };
  const end = key(last);
  return { items, nextCursor: encodeCursor(typeof end === 'string' ? [end] : end) };
}
