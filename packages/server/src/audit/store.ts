import type { Generated } from 'kysely';
import type { StateDb, StateTx } from '../storage/state/state.ts';
import type { AuditRow } from './event-row.ts';
import type { AuditFilter } from './types.ts';

type AuditTables = {
  audit_event: AuditRow & { seq: Generated<number> };
};

/** Adds one row at the end. There is no way to change or remove one. */
export async function insertEvent(db: StateDb | StateTx, row: AuditRow): Promise<void> {
  await db.withTables<AuditTables>().insertInto('audit_event').values(row).execute();
}

/** Rows from the newest (or from before `before`) to the oldest. */
export async function selectEvents(
  db: StateDb,
  filter: AuditFilter,
  page: { readonly before: number | null; readonly limit: number },
): Promise<(AuditRow & { seq: number })[]> {
  let query = db.withTables<AuditTables>().selectFrom('audit_event').selectAll();
  const { actor, action, outcome, from, to } = filter;
  if (page.before !== null) query = query.where('seq', '<', page.before);
  if (actor !== undefined) {
    query = query.where((at) => at.or([at('actor_id', '=', actor), at('actor_name', '=', actor)]));
  }
  if (action !== undefined) {
    // A noun alone has no characters that mean something to `like`.
    query = /^[a-z][a-z0-9-]*$/.test(action)
      ? query.where('action', 'like', `${action}.%`)
      : query.where('action', '=', action);
  }
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (from !== undefined) query = query.where('time', '>=', from);
  if (to !== undefined) query = query.where('time', '<', to);
  return query.orderBy('seq', 'desc').limit(page.limit).execute();
}
