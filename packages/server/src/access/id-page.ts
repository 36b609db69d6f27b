import type { Page } from '@custos/contract';
import { invalidInput } from '../base/errors.ts';
import type { Slice } from './tables.ts';

/** What a list takes: the cursor of the page before, and the size of a page. */
export interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const idShape = /^[a-z]+_[0-9a-z]{26}$/;

/**
 * One page of a list in the order of ids, which is the order of making. The cursor is the last id of the
 * page before. Asks for one row more than shown, to know whether there is a next page.
 */
export async function pageById<Row extends { readonly id: string }, View>(
  request: PageRequest,
  query: (slice: Slice) => Promise<Row[]>,
  view: (row: Row) => View,
): Promise<Page<View>> {
  if (request.cursor !== undefined && !idShape.test(request.cursor)) {
    throw invalidInput([{ field: 'cursor', message: 'must be the nextCursor of the page before' }]);
  }
  const rows = await query({ after: request.cursor ?? '', limit: request.limit + 1 });
  const shown = rows.slice(0, request.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(view),
    nextCursor: rows.length > shown.length && last !== undefined ? last.id : null,
  };
}
