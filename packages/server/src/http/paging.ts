import type { Page } from '@custos/contract';
import { invalidInput } from '../base/errors.ts';

/** What a cursor is made of: the sort key of the last row that was shown, such as time and id. */
export type CursorKey = readonly (string | number | null)[];

/** Makes a cursor that callers pass back unread: base64url of a JSON list. */
export function encodeCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * Reads a cursor that `encodeCursor` made. `shape` names the type of each part; anything else is refused
 * as `invalid_input` with the field `cursor`.
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
    key.every((part, index) => typeof part === shape[index]);
  if (!fits) {
    throw invalidInput([{ field: 'cursor', message: 'must be the nextCursor of the page before' }]);
  }
  return key as never;
}

/**
 * Cuts a page out of rows that were read with `limit + 1`: the row too many only says that there is more.
 */
export function pageFrom<Row>(rows: readonly Row[], limit: number, key: (row: Row) => CursorKey): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(key(last)) : null };
}
