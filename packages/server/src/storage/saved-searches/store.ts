import type { StateDb } from '../state/state.ts';

/** Tables of saved searches; all have the same columns. */
export type SearchTable = 'audit_search' | 'log_search';

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
export interface SavedSearch<Filter> {
  readonly id: string;
  /** Id of the user who saved it, and who alone may change it. */
  readonly owner: string;
  readonly name: string;
  /** True: everybody who may read what is searched sees it. */
  readonly shared: boolean;
  readonly filter: Filter;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The rows of one table, whose filters are of one kind. The names of the tables are ours, never a caller's. */
export function savedSearchStore<Filter>(name: SearchTable) {
  // Every table of searches has the columns of this one.
  const table = name as 'audit_search';
  const tables = (db: StateDb) => db.withTables<SearchTables>();

  const searchOf = (row: SearchTables['audit_search']): SavedSearch<Filter> => ({
    id: row.id,
    owner: row.owner,
    name: row.name,
    shared: row.shared === 1,
    filter: JSON.parse(row.filter) as Filter,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  });

  return {
    /** Those of a user and those that are shared, by name. */
    async list(db: StateDb, viewer: string): Promise<readonly SavedSearch<Filter>[]> {
      const rows = await tables(db)
        .selectFrom(table)
        .selectAll()
        .where((where) => where.or([where('owner', '=', viewer), where('shared', '=', 1)]))
        .orderBy('name')
        .orderBy('id')
        .execute();
      return rows.map(searchOf);
    },

    async load(db: StateDb, id: string): Promise<SavedSearch<Filter> | undefined> {
      const row = await tables(db).selectFrom(table).selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : searchOf(row);
    },

    /** Names and places that an owner's searches take. */
    async takenBy(
      db: StateDb,
      owner: string,
    ): Promise<readonly { readonly id: string; readonly name: string; readonly place: number }[]> {
      return tables(db)
        .selectFrom(table)
        .select(['id', 'name', 'place'])
        .where('owner', '=', owner)
        .execute();
    },

    /** Raises a violation of a unique key when the name or the place is taken. */
    async add(db: StateDb, search: SavedSearch<Filter>, place: number): Promise<void> {
      await tables(db)
        .insertInto(table)
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
    },

    /** False when the owner has no such search; raises a violation of a unique key when the name is taken. */
    async change(db: StateDb, search: SavedSearch<Filter>): Promise<boolean> {
      const result = await tables(db)
        .updateTable(table)
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
    },

    async remove(db: StateDb, owner: string, id: string): Promise<boolean> {
      const result = await tables(db)
        .deleteFrom(table)
        .where('id', '=', id)
        .where('owner', '=', owner)
        .executeTakeFirst();
      return Number(result.numDeletedRows) > 0;
    },

    async removeAllOf(db: StateDb, owner: string): Promise<number> {
      const result = await tables(db).deleteFrom(table).where('owner', '=', owner).executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  };
}
