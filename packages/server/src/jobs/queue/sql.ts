import { sql, type Expression, type SqlBool } from 'kysely';
import type { State } from '../../storage/state/state.ts';

export interface Ownership {
  readonly id: string;
  readonly fence: number;
}

/** The guard of every write by a holder: the row still runs under this fencing token. */
export function ownedBy({ id, fence }: Ownership): Expression<SqlBool> {
  return sql<boolean>`id = ${id} and fence = ${fence} and status = 'running'`;
}

/**
 * Row locks that pass over rows that another node is taking; SQLite has one writer and needs none.
 * Written as the end of the statement, which is how both dialects can share one query.
 */
export function forUpdateSkipLocked(dialect: State['dialect']): Expression<unknown> {
  return dialect === 'postgres' ? sql`for update skip locked` : sql``;
}

/** Cuts a list into parts, so that no statement has more parameters than a dialect takes. */
export function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  const parts: (readonly Item[])[] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}
