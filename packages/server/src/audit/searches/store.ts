import type { AuditQuery } from '@custos/contract';
import type { StateDb } from '../../storage/state/state.ts';

type SearchTables = {
  audit_search: {
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

/** A search that somebody saved. */
export interface SavedSearch {
  readonly id: string;
  /** Id of the user who saved it, and who alone may change it. */
  readonly owner: string;
  readonly name: string;
  /** True: everybody who may read the audit log sees it. */
  readonly shared: boolean;
  readonly filter: AuditQuery;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const tables = (db: StateDb) => db.withTables<SearchTables>();

const searchOf = (row: SearchTables['audit_search']): SavedSearch => ({
  id: row.id,
  owner: row.owner,
  name: row.name,
  shared: row.shared === 1,
  filter: JSON.parse(row.filter) as AuditQuery,
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
});

/** Those of a user and those that are shared, by name. */
export async function loadSearches(db: StateDb, viewer: string): Promise<readonly SavedSearch[]> {
  const rows = await tables(db)
    .selectFrom('audit_search')
    .selectAll()
    .where((where) => where.or([where('owner', '=', viewer), where('shared', '=', 1)]))
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map(searchOf);
}

export async function loadSearch(db: StateDb, id: string): Promise<SavedSearch | undefined> {
  const row = await tables(db).selectFrom('audit_search').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : searchOf(row);
}

/** Names and places that an owner's searches take. */
export async function takenBy(
  db: StateDb,
  owner: string,
): Promise<readonly { readonly id: string; readonly name: string; readonly place: number }[]> {
  return tables(db)
    .selectFrom('audit_search')
    .select(['id', 'name', 'place'])
    .where('owner', '=', owner)
    .execute();
}

/** Raises a violation of a unique key when the name or the place is taken. */
export async function addSearch(db: StateDb, search: SavedSearch, place: number): Promise<void> {
  await tables(db)
    .insertInto('audit_search')
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
export async function changeSearch(db: StateDb, search: SavedSearch): Promise<boolean> {
  const result = await tables(db)
    .updateTable('audit_search')
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
    .deleteFrom('audit_search')
    .where('id', '=', id)
    .where('owner', '=', owner)
    .executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}

export async function removeSearchesOf(db: StateDb, owner: string): Promise<number> {
  const result = await tables(db).deleteFrom('audit_search').where('owner', '=', owner).executeTakeFirst();
  return Number(result.numDeletedRows);
}
