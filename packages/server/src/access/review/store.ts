import type { ReviewDecision } from '@custos/contract';
import type { StateDb } from '../../storage/state/state.ts';
import { cutToOwner } from '../grants.ts';
import { readPermissions } from '../stored-permissions.ts';
import type { AccessTables } from '../tables.ts';
import type { StoredLine, StoredReview } from './types.ts';

type ReviewTables = AccessTables & {
  access_review: {
    id: string;
    period: string;
    state: string;
    started_by: string;
    started_at: number;
    due_at: number;
    signed_by: string | null;
    signed_at: number | null;
    digest: string | null;
    document: string | null;
  };
  access_review_line: {
    id: string;
    review: string;
    kind: string;
    subject: string;
    owner: string;
    name: string;
    email: string;
    role: string;
    permissions: string;
    teams: string;
    disabled: number;
    last_used_at: number | null;
    decision: string | null;
    note: string | null;
    decided_by: string | null;
    decided_at: number | null;
  };
};

/** What a line says of a person or token before it has an id. */
export type Holding = Omit<StoredLine, 'id' | 'review' | 'decision' | 'note' | 'decidedBy' | 'decidedAt'>;

export interface LineCounts {
  readonly lines: number;
  readonly undecided: number;
  readonly revoked: number;
}

const reviewOf = (row: Omit<ReviewTables['access_review'], 'document'>): StoredReview => ({
  id: row.id,
  period: row.period,
  state: row.state === 'signed' ? 'signed' : 'open',
  startedBy: row.started_by,
  startedAt: row.started_at,
  dueAt: row.due_at,
  signedBy: row.signed_by,
  signedAt: row.signed_at,
  digest: row.digest,
});

const lineOf = (row: ReviewTables['access_review_line']): StoredLine => ({
  id: row.id,
  review: row.review,
  kind: row.kind === 'token' ? 'token' : 'user',
  subject: row.subject,
  owner: row.owner,
  name: row.name,
  email: row.email,
  role: row.role,
  permissions: JSON.parse(row.permissions) as string[],
  teams: JSON.parse(row.teams) as string[],
  disabled: row.disabled === 1,
  lastUsedAt: row.last_used_at,
  decision: row.decision as ReviewDecision | null,
  note: row.note,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at,
});

/** Rows per statement, well below what SQLite and PostgreSQL take as parameters. */
const rowsAtOnce = 500;

export function reviewStore(handle: StateDb) {
  const db = handle.withTables<ReviewTables>();
  const columns = [
    'id',
    'period',
    'state',
    'started_by',
    'started_at',
    'due_at',
    'signed_by',
    'signed_at',
    'digest',
  ] as const;

  return {
    /** Who has what now: every person, and every token that still works. */
    async holdings(now: number): Promise<Holding[]> {
      const users = await db
        .selectFrom('access_user as user')
        .innerJoin('access_role as role', 'role.name', 'user.role')
        .select([
          'user.id',
          'user.name',
          'user.email',
          'user.role',
          'user.teams',
          'user.disabled',
          'user.last_sign_in_at',
          'role.permissions',
        ])
        .orderBy('user.id')
        .execute();
      const tokens = await db
        .selectFrom('access_token')
        .select(['id', 'user_id', 'name', 'permissions', 'last_used_at'])
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', now)
        .orderBy('id')
        .execute();
      const byId = new Map(users.map((user) => [user.id, user]));
      const people = users.map((user): Holding => ({
        kind: 'user',
        subject: user.id,
        owner: user.id,
        name: user.name,
        email: user.email,
        role: user.role,
        permissions: [...readPermissions(user.permissions)].toSorted(),
        teams: JSON.parse(user.teams) as string[],
        disabled: user.disabled === 1,
        lastUsedAt: user.last_sign_in_at,
      }));
      const programs = tokens.flatMap((token): Holding[] => {
        const owner = byId.get(token.user_id);
        if (owner === undefined) return [];
        const held = cutToOwner(readPermissions(token.permissions), readPermissions(owner.permissions));
        return [
          {
            kind: 'token',
            subject: token.id,
            owner: owner.id,
            name: token.name,
            email: owner.email,
            role: owner.role,
            permissions: [...held].toSorted(),
            teams: [],
            disabled: owner.disabled === 1,
            lastUsedAt: token.last_used_at,
          },
        ];
      });
      return [...people, ...programs];
    },

    async add(review: StoredReview, lines: readonly StoredLine[]): Promise<void> {
      await db
        .insertInto('access_review')
        .values({
          id: review.id,
          period: review.period,
          state: review.state,
          started_by: review.startedBy,
          started_at: review.startedAt,
          due_at: review.dueAt,
          signed_by: null,
          signed_at: null,
          digest: null,
          document: null,
        })
        .execute();
      for (let at = 0; at < lines.length; at += rowsAtOnce) {
        await db
          .insertInto('access_review_line')
          .values(
            lines.slice(at, at + rowsAtOnce).map((line) => ({
              id: line.id,
              review: line.review,
              kind: line.kind,
              subject: line.subject,
              owner: line.owner,
              name: line.name,
              email: line.email,
              role: line.role,
              permissions: JSON.stringify(line.permissions),
              teams: JSON.stringify(line.teams),
              disabled: line.disabled ? 1 : 0,
              last_used_at: line.lastUsedAt,
              decision: null,
              note: null,
              decided_by: null,
              decided_at: null,
            })),
          )
          .execute();
      }
    },

    async hasPeriod(period: string): Promise<boolean> {
      const row = await db
        .selectFrom('access_review')
        .select('id')
        .where('period', '=', period)
        .executeTakeFirst();
      return row !== undefined;
    },

    async reviews(before: string | undefined, limit: number): Promise<StoredReview[]> {
      let query = db.selectFrom('access_review').select(columns);
      if (before !== undefined) query = query.where('id', '<', before);
      return (await query.orderBy('id', 'desc').limit(limit).execute()).map(reviewOf);
    },

    async review(id: string): Promise<StoredReview | undefined> {
      const row = await db
        .selectFrom('access_review')
        .select(columns)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : reviewOf(row);
    },

    async document(id: string): Promise<string | undefined> {
      const row = await db
        .selectFrom('access_review')
        .select('document')
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.document ?? undefined;
    },

    async counts(review: string): Promise<LineCounts> {
      const rows = await db
        .selectFrom('access_review_line')
        .select(({ fn }) => ['decision', fn.countAll<number>().as('count')])
        .where('review', '=', review)
        .groupBy('decision')
        .execute();
      const of = (decision: string | null): number =>
        Number(rows.find((row) => row.decision === decision)?.count ?? 0);
      return { lines: of(null) + of('keep') + of('revoke'), undecided: of(null), revoked: of('revoke') };
    },

    async lines(
      review: string,
      { after, limit }: { readonly after: string; readonly limit: number },
    ): Promise<StoredLine[]> {
      const rows = await db
        .selectFrom('access_review_line')
        .selectAll()
        .where('review', '=', review)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(lineOf);
    },

    async line(review: string, id: string): Promise<StoredLine | undefined> {
      const row = await db
        .selectFrom('access_review_line')
        .selectAll()
        .where('review', '=', review)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : lineOf(row);
    },

    async decide(
      id: string,
      by: {
        readonly decision: ReviewDecision;
        readonly note: string;
        readonly userId: string;
        readonly at: number;
      },
    ): Promise<void> {
      await db
        .updateTable('access_review_line')
        .set({ decision: by.decision, note: by.note, decided_by: by.userId, decided_at: by.at })
        .where('id', '=', id)
        .execute();
    },

    /** Holds a review until the transaction ends; false when it is signed already. */
    async lockOpen(id: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('access_review')
        .set({ state: 'open' })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async sign(
      id: string,
      signed: {
        readonly by: string;
        readonly at: number;
        readonly digest: string;
        readonly document: string;
      },
    ): Promise<void> {
      await db
        .updateTable('access_review')
        .set({
          state: 'signed',
          signed_by: signed.by,
          signed_at: signed.at,
          digest: signed.digest,
          document: signed.document,
        })
        .where('id', '=', id)
        .execute();
    },
  };
}
