import type { LogRecordView } from '@custos/contract';
import type { Columns } from '../../storage/columns/columns.ts';
import { listRecords } from './listing.ts';
import type { Place, Scope } from './types.ts';

const pageRecords = 2_000;

/** Every record of a scope, newest first, a page at a time, so that memory holds no more than that. */
export async function* allRecords(columns: Columns, scope: Scope): AsyncGenerator<LogRecordView> {
  let after: Place | null = null;
  for (;;) {
    const page: Awaited<ReturnType<typeof listRecords>> = await listRecords(columns, scope, {
      order: 'newest',
      limit: pageRecords,
      after,
    });
    for (const { view } of page) yield view;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRecords) return;
    after = last.place;
  }
}
