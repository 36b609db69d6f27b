import type { State } from '../../storage/state/state.ts';

type PendingTables = { audit_pending: { seq: number } };

/** More says nothing new, and counting them would take its time. */
const countLimit = 1_000_001;

/** Leaves that are durable in State and have no place in a log yet; at most 1,000,001. */
export async function countPending(state: State): Promise<number> {
  const row = await state.read
    .withTables<PendingTables>()
    .selectFrom((from) => from.selectFrom('audit_pending').select('seq').limit(countLimit).as('waiting'))
    .select((expression) => expression.fn.countAll().as('count'))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}
