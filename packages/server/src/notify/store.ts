import type { DeliveryState } from '@custos/contract';
import type { State, StateDb, StateTx } from '../storage/state/state.ts';
import type { AttemptTable, ChannelTable, NotificationTable, NotifyTables } from './tables.ts';

/** All channels by id, in the order of their names. There are tens of them, so all are read at once. */
export async function loadChannels(db: StateDb): Promise<Map<string, ChannelTable>> {
  const rows = await db
    .withTables<NotifyTables>()
    .selectFrom('channel')
    .selectAll()
    .orderBy('name')
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** The same, holding off every other change of a channel until the transaction ends. */
export async function lockChannels(
  tx: StateTx,
  dialect: State['dialect'],
): Promise<Map<string, ChannelTable>> {
  const query = tx.withTables<NotifyTables>().selectFrom('channel').selectAll().orderBy('id');
  const rows = await (dialect === 'postgres' ? query.forUpdate() : query).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

export async function insertChannel(tx: StateTx, row: ChannelTable): Promise<void> {
  await tx.withTables<NotifyTables>().insertInto('channel').values(row).execute();
}

/** Adds a channel unless one with its id is there; true when it was added. */
export async function insertChannelIfAbsent(tx: StateTx, row: ChannelTable): Promise<boolean> {
  const added = await tx
    .withTables<NotifyTables>()
    .insertInto('channel')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute();
  return added.length > 0;
}

export async function updateChannel(tx: StateTx, row: ChannelTable): Promise<void> {
  const { id, last_delivered_at: _delivered, last_error: _error, ...values } = row;
  await tx.withTables<NotifyTables>().updateTable('channel').set(values).where('id', '=', id).execute();
}

export async function deleteChannel(tx: StateTx, id: string): Promise<void> {
  await tx.withTables<NotifyTables>().deleteFrom('channel').where('id', '=', id).execute();
}

export async function findNotification(db: StateDb, id: string): Promise<NotificationTable | undefined> {
  return db
    .withTables<NotifyTables>()
    .selectFrom('notification')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
}

export interface DeliveryFilter {
  readonly state?: DeliveryState | undefined;
  readonly channelId?: string | undefined;
  readonly alertId?: string | undefined;
}

/** Newest first; ids sort by the time of their making. */
export async function listNotifications(
  db: StateDb,
  filter: DeliveryFilter,
  page: { readonly limit: number; readonly before?: string | undefined },
): Promise<NotificationTable[]> {
  let query = db.withTables<NotifyTables>().selectFrom('notification').selectAll();
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.channelId !== undefined) query = query.where('channel_id', '=', filter.channelId);
  if (filter.alertId !== undefined) query = query.where('alert_id', '=', filter.alertId);
  if (page.before !== undefined) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

export async function listAttempts(db: StateDb, notificationId: string): Promise<AttemptTable[]> {
  return db
    .withTables<NotifyTables>()
    .selectFrom('notification_attempt')
    .selectAll()
    .where('notification_id', '=', notificationId)
    .orderBy('number')
    .execute();
}

/** How many notifications of each state every alert has. Tests have no alert and do not count. */
export async function statesByAlert(
  db: StateDb,
  alertIds: readonly string[],
): Promise<{ alertId: string; state: DeliveryState }[]> {
  const found: { alertId: string; state: DeliveryState }[] = [];
  // SQLite and PostgreSQL both limit the parameters of a statement.
  for (let from = 0; from < alertIds.length; from += 500) {
    const rows = await db
      .withTables<NotifyTables>()
      .selectFrom('notification')
      .select(['alert_id', 'state'])
      .where('alert_id', 'in', alertIds.slice(from, from + 500))
      .groupBy(['alert_id', 'state'])
      .execute();
    for (const row of rows)
      if (row.alert_id !== null) found.push({ alertId: row.alert_id, state: row.state });
  }
  return found;
}

/** Counts of what was made since `since`, without tests. */
export async function countByState(db: StateDb, since: number): Promise<Map<DeliveryState, number>> {
  const rows = await db
    .withTables<NotifyTables>()
    .selectFrom('notification')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .where('created_at', '>=', since)
    .where('event', '!=', 'test')
    .groupBy('state')
    .execute();
  return new Map(rows.map((row) => [row.state, Number(row.count)]));
}

/** How many notifications are not settled, and when the first of them was made; null when there are none. */
export async function backlogOf(db: StateDb): Promise<{ pending: number; oldestAt: number | null }> {
  const row = await db
    .withTables<NotifyTables>()
    .selectFrom('notification')
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min('created_at').as('oldest')])
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow();
  return { pending: Number(row.count), oldestAt: row.oldest };
}

/** The latency at `rank` (0 is the smallest) among those delivered since `since`. */
export async function latencyAt(db: StateDb, since: number, rank: number): Promise<number | null> {
  const row = await db
    .withTables<NotifyTables>()
    .selectFrom('notification')
    .select('latency_ms')
    .where('created_at', '>=', since)
    .where('event', '!=', 'test')
    .where('state', '=', 'delivered')
    .orderBy('latency_ms')
    .offset(rank)
    .limit(1)
    .executeTakeFirst();
  return row?.latency_ms ?? null;
}
