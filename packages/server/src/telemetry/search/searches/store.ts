import type { LogCategory } from '@custos/contract';
import type { StateDb } from '../../../storage/state/state.ts';

type SearchTables = {
  log_search: {
    id: string;
    owner: string;
    place: number;
    name: string;
    shared: number;
    filter: string;
    created_at: number;
    updated_at: number;
  };
};

/** What a saved search looks for, and the columns in which it shows what it finds. */
export interface SearchFilter {
  readonly query: string;
  readonly categories: readonly LogCategory[];
  readonly columns: readonly string[];
}

/** A search that somebody saved. */
export interface SavedLogSearch {
  readonly id: string;
  /** Id of the user who saved it, and who alone may change it. */
  readonly owner: string;
  readonly name: string;
  /** True: everybody who may read logs sees it. */
  readonly shared: boolean;
  readonly filter: SearchFilter;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const tables = (db: StateDb) => db.withTables<SearchTables>();

const searchOf = (row: SearchTables['log_search']): SavedLogSearch => ({
  id: row.id,
  owner: row.owner,
  name: row.name,
  shared: row.shared === 1,
  filter: JSON.parse(row.filter) as SearchFilter,
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
});

/** Those of a user and those that are shared, by name. */
export async function loadSearches(db: StateDb, viewer: string): Promise<readonly SavedLogSearch[]> {
  const rows = await tables(db)
    .selectFrom('log_search')
    .selectAll()
    .where((where) => where.or([where('owner', '=', viewer), where('shared', '=', 1)]))
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map(searchOf);
}

export async function loadSearch(db: StateDb, id: string): Promise<SavedLogSearch | undefined> {
  const row = await tables(db).selectFrom('log_search').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : searchOf(row);
}

/** Names and places that an owner's searches take. */
export async function takenBy(
  db: StateDb,
  owner: string,
): Promise<readonly { readonly id: string; readonly name: string; readonly place: number }[]> {
  return tables(db)
    .selectFrom('log_search')
    .select(['id', 'name', 'place'])
    .where('owner', '=', owner)
    .execute();
}

/** Raises a violation of a unique key when the name or the place is taken. */
export async function addSearch(db: StateDb, search: SavedLogSearch, place: number): Promise<void> {
  await tables(db)
    .insertInto('log_search')
    .values({
      id: search.id,
      owner: search.owner,
      place,
      name: search.name,
      shared: search.shared ? 1 : 0,
      filter: JSON.stringify(search.filter),
      created_at: search.createdAt,
      updated_at: search.updatedAt,
    })
    .execute();
}

/** False when the owner has no such search; raises a violation of a unique key when the name is taken. */
export async function changeSearch(db: StateDb, search: SavedLogSearch): Promise<boolean> {
  const result = await tables(db)
    .updateTable('log_search')
    .set({
      name: search.name,
      shared: search.shared ? 1 : 0,
      filter: JSON.stringify(search.filter),
      updated_at: search.updatedAt,
    })
    .where('id', '=', search.id)
    .where('owner', '=', search.owner)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

export async function removeSearch(db: StateDb, owner: string, id: string): Promise<boolean> {
  const result = await tables(db)
    .deleteFrom('log_search')
    .where('id', '=', id)
    .where('owner', '=', owner)
    .executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}
