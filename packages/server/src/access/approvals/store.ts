import type { ApprovalKindName, ApprovalState, Permission } from '@custos/contract';
import type { StateDb } from '../../storage/state/state.ts';
import { readPermissions } from '../stored-permissions.ts';
import type { AccessTables } from '../tables.ts';
import type { Person } from '../types.ts';
import { approvalKindDefinitions } from './kinds.ts';
import type { StoredApproval } from './types.ts';

type ApprovalTables = AccessTables & {
  access_approval: {
    id: string;
    kind: string;
    state: string;
    method: string;
    url: string;
    body: string | null;
    digest: string;
    permission: string;
    requested_by: string;
    requested_name: string;
    requested_with: string | null;
    requested_from: string;
    requested_at: number;
    expires_at: number;
    decided_by: string | null;
    decided_name: string | null;
    decided_at: number | null;
    note: string | null;
    executed_at: number | null;
    status: number | null;
    open_key: string | null;
  };
};

const approvalOf = (row: ApprovalTables['access_approval']): StoredApproval => ({
  id: row.id,
  kind: row.kind as ApprovalKindName,
  state: row.state as ApprovalState,
  method: row.method,
  url: row.url,
  body: row.body,
  digest: row.digest,
  permission: row.permission,
  requestedBy: row.requested_by,
  requestedName: row.requested_name,
  requestedWith: row.requested_with,
  requestedFrom: row.requested_from,
  requestedAt: row.requested_at,
  expiresAt: row.expires_at,
  decidedBy: row.decided_by,
  decidedName: row.decided_name,
  decidedAt: row.decided_at,
  note: row.note,
  executedAt: row.executed_at,
  status: row.status,
});

/** A change of state that takes place only from one of `from`, and only once. */
export interface Step {
  readonly from: readonly ApprovalState[];
  readonly to: ApprovalState;
  /** Only while this instant is before the end of the request's time, ms. */
  readonly before?: number;
  readonly decidedBy?: {
    readonly id: string;
    readonly name: string;
    readonly at: number;
    readonly note: string;
  };
  readonly executedAt?: number;
  readonly status?: number;
}

/** Kinds that are never carried out by themselves. */
const repeated = Object.entries(approvalKindDefinitions)
  .filter(([, { byRepeating }]) => byRepeating === true)
  .map(([kind]) => kind);

const open: ReadonlySet<ApprovalState> = new Set<ApprovalState>(['pending', 'approved']);

interface Holders {
  readonly permission: string;
  /** The id of a user who does not count. */
  readonly except: string;
  readonly limit: number;
}

export interface ApprovalSlice {
  /** Requests of this user, or for one of these permissions. */
  readonly userId: string;
  readonly permissions: ReadonlySet<string>;
  readonly state: ApprovalState | undefined;
  /** Id of the last one of the page before, newest first. */
  readonly before: string | undefined;
  readonly limit: number;
}

export function approvalStore(handle: StateDb) {
  const db = handle.withTables<ApprovalTables>();

  return {
    async add(approval: StoredApproval, openKey: string): Promise<void> {
      await db
        .insertInto('access_approval')
        .values({
          id: approval.id,
          kind: approval.kind,
          state: approval.state,
          method: approval.method,
          url: approval.url,
          body: approval.body,
          digest: approval.digest,
          permission: approval.permission,
          requested_by: approval.requestedBy,
          requested_name: approval.requestedName,
          requested_with: approval.requestedWith,
          requested_from: approval.requestedFrom,
          requested_at: approval.requestedAt,
          expires_at: approval.expiresAt,
          decided_by: null,
          decided_name: null,
          decided_at: null,
          note: null,
          executed_at: null,
          status: null,
          open_key: openKey,
        })
        .execute();
    },

    async byId(id: string): Promise<StoredApproval | undefined> {
      const row = await db.selectFrom('access_approval').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : approvalOf(row);
    },

    async byOpenKey(openKey: string): Promise<StoredApproval | undefined> {
      const row = await db
        .selectFrom('access_approval')
        .selectAll()
        .where('open_key', '=', openKey)
        .executeTakeFirst();
      return row === undefined ? undefined : approvalOf(row);
    },

    async list({ userId, permissions, state, before, limit }: ApprovalSlice): Promise<StoredApproval[]> {
      let query = db
        .selectFrom('access_approval')
        .selectAll()
        .where((row) =>
          row.or([
            row('requested_by', '=', userId),
            ...(permissions.size === 0 ? [] : [row('permission', 'in', [...permissions])]),
          ]),
        );
      if (state !== undefined) query = query.where('state', '=', state);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.orderBy('id', 'desc').limit(limit).execute()).map(approvalOf);
    },

    /** How many requests of a user wait for an answer. */
    async countPending(userId: string): Promise<number> {
      const row = await db
        .selectFrom('access_approval')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('requested_by', '=', userId)
        .where('state', '=', 'pending')
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },

    /** Takes a step; false when the request was in another state, so of several only one is true. */
    async step(id: string, step: Step): Promise<boolean> {
      let query = db
        .updateTable('access_approval')
        .set({
          state: step.to,
          ...(open.has(step.to) ? {} : { open_key: null }),
          ...(step.decidedBy === undefined
            ? {}
            : {
                decided_by: step.decidedBy.id,
                decided_name: step.decidedBy.name,
                decided_at: step.decidedBy.at,
                note: step.decidedBy.note,
              }),
          ...(step.executedAt === undefined ? {} : { executed_at: step.executedAt }),
          ...(step.status === undefined ? {} : { status: step.status }),
        })
        .where('id', '=', id)
        .where('state', 'in', [...step.from]);
      if (step.before !== undefined) query = query.where('expires_at', '>', step.before);
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    },

    /** Open requests whose time is over, and approved ones that nobody has carried out yet. */
    async due(now: number): Promise<StoredApproval[]> {
      const rows = await db
        .selectFrom('access_approval')
        .selectAll()
        .where((row) =>
          row.or([
            row.and([row('state', 'in', ['pending', 'approved']), row('expires_at', '<=', now)]),
            row.and([
              row('state', '=', 'approved'),
              row('method', '!=', 'GET'),
              row('kind', 'not in', repeated),
            ]),
          ]),
        )
        .orderBy('id')
        .limit(100)
        .execute();
      return rows.map(approvalOf);
    },

    /** Requests that have been under way since before `startedBefore`. */
    async stuck(startedBefore: number): Promise<StoredApproval[]> {
      const rows = await db
        .selectFrom('access_approval')
        .selectAll()
        .where('state', '=', 'executing')
        .where('executed_at', '<=', startedBefore)
        .limit(100)
        .execute();
      return rows.map(approvalOf);
    },

    /** Removes requests that were made before `asked` and are over. */
    async dropOver(asked: number): Promise<void> {
      await db
        .deleteFrom('access_approval')
        .where('requested_at', '<', asked)
        .where('state', 'not in', ['pending', 'approved', 'executing'])
        .execute();
    },

    /** Enabled people other than `except` who hold `permission`; who was here last comes first. */
    async holders({ permission, except, limit }: Holders): Promise<Person[]> {
      const roles = await db.selectFrom('access_role').select(['name', 'permissions']).execute();
      const holding = roles
        .filter(
          (role) =>
            permission === 'signed-in' || readPermissions(role.permissions).has(permission as Permission),
        )
        .map(({ name }) => name);
      if (holding.length === 0) return [];
      return db
        .selectFrom('access_user')
        .select(['id', 'email', 'name'])
        .where('role', 'in', holding)
        .where('disabled', '=', 0)
        .where('id', '!=', except)
        .orderBy(({ fn, val }) => fn.coalesce('last_sign_in_at', val(0)), 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
    },

    /** Who has an account that is in use. */
    async person(id: string): Promise<Person | undefined> {
      return db
        .selectFrom('access_user')
        .select(['id', 'email', 'name'])
        .where('id', '=', id)
        .where('disabled', '=', 0)
        .executeTakeFirst();
    },
  };
}
