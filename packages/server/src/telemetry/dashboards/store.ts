import type { DashboardInput } from '@custos/contract';
import type { StateDb } from '../../storage/state/state.ts';
import type { Dashboard } from './types.ts';

type DashboardTables = {
  dashboard: {
    id: string;
    owner: string;
    place: number;
    name: string;
    description: string;
    shared: number;
    panel_count: number;
    content: string;
    created_at: number;
    updated_at: number;
  };
};

const tables = (db: StateDb) => db.withTables<DashboardTables>();

/** Most rows of a list. */
const listLimit = 2_000;

type Content = Pick<DashboardInput, 'panels' | 'variables'>;

function dashboardOf(row: DashboardTables['dashboard']): Dashboard {
  const { panels, variables } = JSON.parse(row.content) as Content;
  return {
    id: row.id,
    owner: row.owner,
    name: row.name,
    description: row.description,
    shared: row.shared === 1,
    panels,
    variables,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}

const changing = ({ name, description, shared, panels, variables, updatedAt }: Dashboard) => ({
  name,
  description,
  shared: shared ? 1 : 0,
  panel_count: panels.length,
  content: JSON.stringify({ panels, variables }),
  updated_at: updatedAt,
});

/** A dashboard without what is on it. */
interface DashboardHead extends Omit<Dashboard, 'panels' | 'variables'> {
  readonly panels: number;
}

/** Those of a user and those that are shared, by name. */
export async function loadHeads(db: StateDb, viewer: string): Promise<readonly DashboardHead[]> {
  const rows = await tables(db)
    .selectFrom('dashboard')
    .select([
      'id',
      'owner',
      'name',
      'description',
      'shared',
      'panel_count as panels',
      'created_at as createdAt',
      'updated_at as updatedAt',
    ])
    .where((where) => where.or([where('owner', '=', viewer), where('shared', '=', 1)]))
    .orderBy('name')
    .orderBy('id')
    .limit(listLimit)
    .execute();
  return rows.map((row) => ({
    ...row,
    shared: row.shared === 1,
    createdAt: Number(row.createdAt),
    updatedAt: Number(row.updatedAt),
  }));
}

export async function loadDashboard(db: StateDb, id: string): Promise<Dashboard | undefined> {
  const row = await tables(db).selectFrom('dashboard').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : dashboardOf(row);
}

/** Names and places that an owner's dashboards take. */
export async function takenBy(
  db: StateDb,
  owner: string,
): Promise<readonly { readonly name: string; readonly place: number }[]> {
  return tables(db).selectFrom('dashboard').select(['name', 'place']).where('owner', '=', owner).execute();
}

/** Raises a violation of a unique key when the name or the place is taken. */
export async function addDashboard(db: StateDb, dashboard: Dashboard, place: number): Promise<void> {
  const { id, owner, createdAt } = dashboard;
  await tables(db)
    .insertInto('dashboard')
    .values({ ...changing(dashboard), id, owner, place, created_at: createdAt })
    .execute();
}

/**
 * False when the dashboard is no longer as it was at `before.updatedAt`. Raises a violation of a unique key when
 * its owner uses the name.
 */
export async function changeDashboard(db: StateDb, before: Dashboard, after: Dashboard): Promise<boolean> {
  const result = await tables(db)
    .updateTable('dashboard')
    .set(changing(after))
    .where('id', '=', before.id)
    .where('updated_at', '=', before.updatedAt)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

export async function removeDashboard(db: StateDb, id: string): Promise<boolean> {
  const result = await tables(db).deleteFrom('dashboard').where('id', '=', id).executeTakeFirst();
  return Number(result.numDeletedRows) > 0;
}
