import { sql } from 'kysely';
import type { State, StateDb, StateTx } from '../../storage/state/state.ts';
import type { AttemptTable, NotificationTable, NotifyTables } from '../tables.ts';

/**
 * Adds notifications and returns those that were not there yet: (alert, step, channel) is unique, and
 * whoever comes second changes nothing.
 */
export async function insertNotifications(
  tx: StateTx,
  rows: readonly NotificationTable[],
): Promise<NotificationTable[]> {
  if (rows.length === 0) return [];
  const added = await tx
    .withTables<NotifyTables>()
    .insertInto('notification')
    .values(
      rows.map((row) => ({
        ...row,
        position: sql<number>`(select coalesce(max(position), 0) + 1 from notification
          where alert_id = ${row.alert_id} and channel_id = ${row.channel_id})`,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute();
  const ids = new Set(added.map((row) => row.id));
  return rows.filter((row) => ids.has(row.id));
}

export async function findByKey(tx: StateTx, key: string): Promise<NotificationTable | undefined> {
  return tx
    .withTables<NotifyTables>()
    .selectFrom('notification')
    .selectAll()
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
}

/** True when something may be due; asked before a transaction is opened for it. */
export async function anythingDue(db: StateDb, now: number): Promise<boolean> {
  const row = await db
    .withTables<NotifyTables>()
    .selectFrom('notification')
    .select('id')
    .where('state', '=', 'pending')
    .where('next_attempt_at', '<=', now)
    .where('lease_until', '<=', now)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export interface DueQuery {
  readonly now: number;
  /** How many each channel can take. */
  readonly room: ReadonlyMap<string, number>;
  /** Notifications that are taken already. */
  readonly except: ReadonlySet<string>;
}

interface Due {
  readonly id: string;
  readonly channel_id: string;
  readonly next_attempt_at: number;
}

/** Statements that are joined into one, at most; SQLite takes 500. */
const joined = 100;

/**
 * What may be sent now, at most so much for each channel as it can take, so that the backlog of one is
 * never in the way of another. A notification waits for the earlier ones about the same alert on the same
 * channel, so nobody hears that something is over before they hear that it began.
 */
export async function findDue(
  tx: StateTx,
  { now, room, except }: DueQuery,
): Promise<{ id: string; channel_id: string }[]> {
  const parts = [...room].map(
    ([channelId, places]) => sql`select * from (
      select due.id, due.channel_id, due.next_attempt_at from notification as due
      where due.channel_id = ${channelId} and due.state = 'pending'
        and due.next_attempt_at <= ${now} and due.lease_until <= ${now}
        and not exists (
          select 1 from notification as earlier
          where earlier.alert_id = due.alert_id and earlier.channel_id = due.channel_id
            and earlier.position < due.position and earlier.state = 'pending')
      order by due.next_attempt_at, due.id limit ${places}) as of_channel`,
  );
  const found: Due[] = [];
  for (let from = 0; from < parts.length; from += joined) {
    const query = sql.join(parts.slice(from, from + joined), sql` union all `);
    const { rows } = await sql<Due>`${query}`.execute(tx);
    found.push(...rows);
  }
  return found
    .filter(({ id }) => !except.has(id))
    .toSorted((left, right) => left.next_attempt_at - right.next_attempt_at);
}

/** What waits for a channel that was deleted while it was being written. */
export async function findOrphans(tx: StateTx, now: number, limit: number): Promise<string[]> {
  const rows = await tx
    .withTables<NotifyTables>()
    .selectFrom('notification')
    .select('id')
    .where('state', '=', 'pending')
    .where('lease_until', '<=', now)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('channel').select('channel.id').whereRef('channel.id', '=', 'notification.channel_id'),
        ),
      ),
    )
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

export interface Claim {
  readonly dialect: State['dialect'];
  readonly node: string;
  readonly now: number;
  readonly leaseUntil: number;
}

/**
 * Takes notifications for a node and puts an attempt on record for each, before anything is sent. An
 * attempt that was left without an answer is marked as unknown: its sender died.
 */
export async function claim(
  tx: StateTx,
  ids: readonly string[],
  { dialect, node, now, leaseUntil }: Claim,
): Promise<NotificationTable[]> {
  if (ids.length === 0) return [];
  const db = tx.withTables<NotifyTables>();
  let free = db
    .selectFrom('notification as free')
    .select('free.id')
    .where('free.id', 'in', ids)
    .where('free.state', '=', 'pending')
    .where('free.lease_until', '<=', now);
  // What another node is claiming at this moment is passed over instead of waited for.
  if (dialect === 'postgres') free = free.forUpdate().skipLocked();
  const rows = await db
    .updateTable('notification')
    .set(({ ref, fn }) => ({
      lease_owner: node,
      lease_until: leaseUntil,
      fence: sql<number>`${ref('fence')} + 1`,
      attempts: sql<number>`${ref('attempts')} + 1`,
      first_attempt_at: fn.coalesce('first_attempt_at', sql<number>`cast(${now} as bigint)`),
    }))
    .where('id', 'in', free)
    .returningAll()
    .execute();
  const again = rows.filter((row) => row.attempts > 1).map((row) => row.id);
  if (again.length > 0) {
    await db
      .updateTable('notification_attempt')
      .set({ outcome: 'unknown', error: 'The sender ended before the answer was on record.' })
      .where('notification_id', 'in', again)
      .where('outcome', '=', 'started')
      .execute();
  }
  if (rows.length > 0) await startAttempts(tx, rows, { node, now });
  return rows;
}

/** Puts the beginning of an attempt on record. */
export async function startAttempts(
  tx: StateTx,
  rows: readonly NotificationTable[],
  { node, now }: Pick<Claim, 'node' | 'now'>,
): Promise<void> {
  await tx
    .withTables<NotifyTables>()
    .insertInto('notification_attempt')
    .values(
      rows.map((row) => ({
        notification_id: row.id,
        number: row.attempts,
        node,
        at: now,
        outcome: 'started' as const,
        latency_ms: 0,
        answer: '',
        provider_id: null,
        error: null,
      })),
    )
    .execute();
}

/** What an attempt changes about its notification. */
export type Settlement = Pick<
  NotificationTable,
  'state' | 'next_attempt_at' | 'settled_at' | 'latency_ms' | 'last_error' | 'progress' | 'failed_over_to'
>;

/** Writes the end of an attempt and gives the claim back; false when the claim was lost meanwhile. */
export async function settle(
  tx: StateTx,
  claimed: Pick<NotificationTable, 'id' | 'fence' | 'attempts'>,
  {
    settlement,
    attempt,
  }: {
    readonly settlement: Settlement;
    readonly attempt: Pick<AttemptTable, 'outcome' | 'latency_ms' | 'answer' | 'provider_id' | 'error'>;
  },
): Promise<boolean> {
  const db = tx.withTables<NotifyTables>();
  const { numUpdatedRows } = await db
    .updateTable('notification')
    .set({ ...settlement, lease_owner: null, lease_until: 0 })
    .where('id', '=', claimed.id)
    .where('fence', '=', claimed.fence)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  if (Number(numUpdatedRows) === 0) return false;
  await db
    .updateTable('notification_attempt')
    .set(attempt)
    .where('notification_id', '=', claimed.id)
    .where('number', '=', claimed.attempts)
    .execute();
  return true;
}

/** Turns a failure into a failure that a fallback took over. */
export async function markFailedOver(tx: StateTx, id: string, takenBy: string): Promise<void> {
  await tx
    .withTables<NotifyTables>()
    .updateTable('notification')
    .set({ state: 'failed-over', failed_over_to: takenBy })
    .where('id', '=', id)
    .execute();
}

/** Ends every claim at once; right only where no other sender can be alive. */
export async function releaseAll(db: StateDb): Promise<void> {
  await db
    .withTables<NotifyTables>()
    .updateTable('notification')
    .set({ lease_owner: null, lease_until: 0 })
    .where('state', '=', 'pending')
    .where('lease_until', '>', 0)
    .execute();
}

/** Everything of a channel that is not settled, whether it is claimed or not. */
export async function pendingOf(tx: StateTx, channelId: string): Promise<NotificationTable[]> {
  return tx
    .withTables<NotifyTables>()
    .selectFrom('notification')
    .selectAll()
    .where('channel_id', '=', channelId)
    .where('state', '=', 'pending')
    .orderBy('position')
    .orderBy('id')
    .execute();
}

/** Ends a notification without an attempt and raises its fence, so that a send under way cannot write. */
export async function withdraw(
  tx: StateTx,
  id: string,
  settlement: Omit<Settlement, 'progress' | 'latency_ms'>,
): Promise<void> {
  await tx
    .withTables<NotifyTables>()
    .updateTable('notification')
    .set(({ ref }) => ({
      ...settlement,
      lease_owner: null,
      lease_until: 0,
      fence: sql<number>`${ref('fence')} + 1`,
    }))
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .execute();
}

/** Makes a notification due again; its key, its attempts and its place in the order stay. */
export async function reopen(tx: StateTx, id: string, now: number): Promise<void> {
  await tx
    .withTables<NotifyTables>()
    .updateTable('notification')
    .set({
      state: 'pending',
      next_attempt_at: now,
      first_attempt_at: null,
      settled_at: null,
      failed_over_to: null,
    })
    .where('id', '=', id)
    .where('state', 'in', ['failed', 'failed-over', 'cancelled'])
    .execute();
}

/** Ends the wait of a notification that is not being sent at the moment. */
export async function hasten(tx: StateTx, id: string, now: number): Promise<void> {
  await tx
    .withTables<NotifyTables>()
    .updateTable('notification')
    .set({ next_attempt_at: now })
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .where('next_attempt_at', '>', now)
    .execute();
}

/** Notes on a channel how its last sends went. */
export async function noteOnChannel(
  tx: StateTx,
  id: string,
  note: { readonly last_delivered_at?: number; readonly last_error: string | null },
): Promise<void> {
  await tx.withTables<NotifyTables>().updateTable('channel').set(note).where('id', '=', id).execute();
}
