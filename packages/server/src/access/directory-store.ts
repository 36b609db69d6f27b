import type { State } from '../storage/state/state.ts';
import type { AccessTables } from './tables.ts';

/** Who the users and tokens of this installation are at present; for pages that have their ids only. */
export interface Directory {
  /** Names by id, of those ids that are users or tokens here. */
  namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The id of the user or token with this name or e-mail address; undefined when there is none. */
  idOf(name: string): Promise<string | undefined>;
}

export function createDirectory({ state }: { readonly state: State }): Directory {
  const db = state.read.withTables<AccessTables>();
  return {
    async namesOf(ids) {
      if (ids.length === 0) return new Map();
      const users = db.selectFrom('access_user').select(['id', 'name']).where('id', 'in', ids);
      const tokens = db.selectFrom('access_token').select(['id', 'name']).where('id', 'in', ids);
      const rows = await users.unionAll(tokens).execute();
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
    async idOf(name) {
      const user = await db
        .selectFrom('access_user')
        .select('id')
        .where((at) => at.or([at('name', '=', name), at('email', '=', name.toLowerCase())]))
        .executeTakeFirst();
      if (user !== undefined) return user.id;
      const token = await db
        .selectFrom('access_token')
        .select('id')
        .where('name', '=', name)
        .executeTakeFirst();
      return token?.id;
    },
  };
}
