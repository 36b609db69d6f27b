import { createHash } from 'node:crypto';
import type { AccessReviewView, Page, ReviewDecision, ReviewLineView } from '@custos/contract';
import type { AuditActor, AuditLog } from '../../audit/types.ts';
import type { Clock } from '../../base/clock.ts';
import { conflict, notFound } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { isUniqueViolation, type State, type StateTx } from '../../storage/state/state.ts';
import { personsOnly } from '../errors.ts';
import { pageById, type PageRequest } from '../id-page.ts';
import type { CallContext, Identity } from '../types.ts';
import { ownLine } from './errors.ts';
import { quarterOf } from './quarter.ts';
import { reviewStore } from './store.ts';
import type { StoredLine, StoredReview } from './types.ts';

export interface ReviewParts {
  readonly state: State;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** What a decision to revoke does; refuses what the actor may not do. */
  readonly revoke: {
    disableUser(id: string, actor: Identity): Promise<unknown>;
    revokeToken(id: string, actor: Identity): Promise<unknown>;
  };
}

export interface LineDecision {
  readonly line: string;
  readonly decision: ReviewDecision;
  readonly note: string;
}

/** A review is due this long after it began, or with its quarter if that ends sooner. */
const dueMs = 30 * 86_400_000;
const pageSize = 1000;

const systemActor: AuditActor = { type: 'system', id: 'custos', name: 'Custos' };

const lineView = ({ review: _review, owner: _owner, ...line }: StoredLine): ReviewLineView => ({
  ...line,
  permissions: [...line.permissions],
  teams: [...line.teams],
});

/**
 * The text that is signed: every line as it was decided, in order, and by whom. People are in it by their ids
 * alone, for it is kept as it is and read by auditors who may not see personal data.
 */
function documentOf(review: StoredReview, lines: readonly StoredLine[]): string {
  const signed = lines.map(({ review: _review, name: _name, email: _email, ...line }) => line);
  return JSON.stringify({ format: 'custos-access-review-1', review, lines: signed });
}

/**
 * Access review: once a quarter, a list of who has what is decided line by line and signed (PCI DSS 4.0.1,
 * 7.2.4 asks for every six months; SOC 2, CC6.2 and CC6.3). What is revoked ends at once. The signed text is
 * kept and its digest is in the audit log, so neither can be changed unseen.
 */
export function createReviews({ state, clock, audit, revoke }: ReviewParts) {
  const reads = reviewStore(state.read);

  async function viewOf(review: StoredReview): Promise<AccessReviewView> {
    return { ...review, ...(await reads.counts(review.id)) };
  }

  async function existing(id: string): Promise<StoredReview> {
    const review = await reads.review(id);
    if (review === undefined) throw notFound('access review', id);
    return review;
  }

  /** Writes the list of this quarter; undefined when there is one already. */
  async function begin(
    startedBy: string,
    record: (review: StoredReview, lines: number, tx: StateTx) => Promise<void>,
  ): Promise<StoredReview | undefined> {
    const now = clock.now();
    const { period, end } = quarterOf(now);
    const review: StoredReview = {
      id: newId('rev', now),
      period,
      state: 'open',
      startedBy,
      startedAt: now,
      dueAt: Math.min(now + dueMs, end),
      signedBy: null,
      signedAt: null,
      digest: null,
    };
    try {
      await state.transaction(async (tx) => {
        const store = reviewStore(tx);
        const lines = (await store.holdings(now)).map((holding): StoredLine => ({
          ...holding,
          id: newId('rvl', now),
          review: review.id,
          decision: null,
          note: null,
          decidedBy: null,
          decidedAt: null,
        }));
        await store.add(review, lines);
        await record(review, lines.length, tx);
      });
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
    return review;
  }

  async function allLines(id: string, store: ReturnType<typeof reviewStore>): Promise<StoredLine[]> {
    const lines: StoredLine[] = [];
    for (let after = ''; ;) {
      const some = await store.lines(id, { after, limit: pageSize });
      lines.push(...some);
      const last = some.at(-1);
      if (some.length < pageSize || last === undefined) return lines;
      after = last.id;
    }
  }

  return {
    async list({ cursor, limit }: PageRequest): Promise<Page<AccessReviewView>> {
      const rows = await reads.reviews(cursor, limit + 1);
      const shown = rows.slice(0, limit);
      return {
        items: await Promise.all(shown.map(viewOf)),
        nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
      };
    },

    get: async (id: string): Promise<AccessReviewView> => viewOf(await existing(id)),

    async lines(id: string, page: PageRequest): Promise<Page<ReviewLineView>> {
      await existing(id);
      return pageById(page, (slice) => reads.lines(id, slice), lineView);
    },

    /** Begins the review of this quarter; `conflict` when there is one. The route records it. */
    async start(actor: Identity): Promise<AccessReviewView> {
      const review = await begin(actor.userId, async () => undefined);
      if (review === undefined) throw conflict('The review of this quarter has begun already.');
      return viewOf(review);
    },

    /** Begins the review of this quarter if nobody has; for a job that runs daily on any node. */
    async startDue(): Promise<boolean> {
      if (await reads.hasPeriod(quarterOf(clock.now()).period)) return false;
      const review = await begin('custos', (begun, lines, tx) =>
        audit.append(
          {
            actor: systemActor,
            action: 'access-review.start',
            target: { type: 'access-review', id: begun.id },
            outcome: 'succeeded',
            address: null,
            requestId: null,
            details: { period: begun.period, lines },
          },
          tx,
        ),
      );
      return review !== undefined;
    },

    /**
     * Decides one line. To revoke acts at once: the person is disabled, the token revoked; it is final here.
     * Refused: one's own line (`forbidden`), a program, a signed review and a line that was revoked
     * (`conflict`), and what the actor could not do otherwise either.
     */
    async decide(actor: Identity, id: string, request: LineDecision): Promise<ReviewLineView> {
      const review = await existing(id);
      const line = await reads.line(id, request.line);
      if (line === undefined) throw notFound('line of this review', request.line);
      if (actor.kind !== 'user') throw personsOnly();
      if (line.owner === actor.userId) throw ownLine();
      if (review.state === 'signed') throw conflict('This review is signed; nothing in it changes any more.');
      if (line.decision === 'revoke') throw conflict('This was revoked already.');
      if (request.decision === 'revoke') {
        await (
          line.kind === 'user'
            ? revoke.disableUser(line.subject, actor)
            : revoke.revokeToken(line.subject, actor)
        ).catch((error: unknown) => {
          // Gone in the meantime is what was wanted.
          if ((error as { code?: unknown } | null)?.code !== 'not_found') throw error;
        });
      }
      await state.transaction(async (tx) => {
        const store = reviewStore(tx);
        if (!(await store.lockOpen(id))) throw conflict('This review was signed in the meantime.');
        const { decision, note } = request;
        await store.decide(line.id, { decision, note, userId: actor.userId, at: clock.now() });
      });
      const decided = await reads.line(id, line.id);
      if (decided === undefined) throw notFound('line of this review', request.line);
      return lineView(decided);
    },

    /** Signs a review whose every line is decided, and puts the digest of what was signed on record. */
    async sign(actor: Identity, id: string, context: CallContext): Promise<AccessReviewView> {
      await existing(id);
      if (actor.kind !== 'user') throw personsOnly();
      await state.transaction(async (tx) => {
        const store = reviewStore(tx);
        if (!(await store.lockOpen(id))) throw conflict('This review is signed already.');
        const review = await store.review(id);
        const { lines, undecided, revoked } = await store.counts(id);
        if (review === undefined) throw notFound('access review', id);
        if (undecided > 0) throw conflict(`${undecided} of ${lines} lines are not decided yet.`);
        const at = clock.now();
        const document = documentOf(
          { ...review, state: 'signed', signedBy: actor.userId, signedAt: at },
          await allLines(id, store),
        );
        const digest = createHash('sha256').update(document).digest('hex');
        await store.sign(id, { by: actor.userId, at, digest, document });
        await audit.append(
          {
            actor: { type: 'user', id: actor.userId, name: actor.name },
            action: 'access-review.signed',
            target: { type: 'access-review', id },
            outcome: 'succeeded',
            address: context.address,
            requestId: context.requestId,
            details: { period: review.period, lines, revoked, sha256: digest },
          },
          tx,
        );
      });
      return viewOf(await existing(id));
    },

    /** What was signed, with its digest; `not_found` before. */
    async evidence(id: string): Promise<{ digest: string; document: string }> {
      const { digest } = await existing(id);
      const document = await reads.document(id);
      if (digest === null || document === undefined) throw notFound('signed access review', id);
      return { digest, document };
    },
  };
}

export type Reviews = ReturnType<typeof createReviews>;
