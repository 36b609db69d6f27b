import type { ApprovalState, ApprovalView, Page } from '@custos/contract';
import { conflict, notFound, unavailable } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { isUniqueViolation } from '../../storage/state/state.ts';
import type { HeldCall, Identity } from '../types.ts';
import { noLongerOpen, ownRequest, personAnswers } from './errors.ts';
import { createExecution } from './execution.ts';
import { approvalKindDefinitions } from './kinds.ts';
import { createModes } from './modes.ts';
import { bodyName, type ApprovalParts } from './parts.ts';
import { readableBody } from './readable-body.ts';
import { actorOf, recorderOf } from './record.ts';
import { approvalStore } from './store.ts';
import { createTelling } from './telling.ts';
import type { StoredApproval } from './types.ts';
import { approvalView, isByRepeating, mayDecide } from './view.ts';

export interface ApprovalList {
  readonly state?: ApprovalState | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Longer than any request may run; what is still under way then died with its process. */
const stuckMs = 3_600_000;
/** How long a request that is over is shown; its records in the audit log stay for as long as that keeps them. */
const shownMs = 400 * 86_400_000;
/** What one person can have waiting; more is a loop gone wild, and nobody could read it. */
const mostPending = 100;

/**
 * Two-person approval. A request is one exact call of one person; of many answers at once, one counts; an
 * approved change is carried out at most once, in the name of who asked, if they may still do it.
 */
export function createApprovals(parts: ApprovalParts) {
  const { state, clock, audit, seal } = parts;
  const reads = approvalStore(state.read);
  const record = recorderOf(audit);
  const modes = createModes(parts);
  const telling = createTelling(parts);
  const execution = createExecution(parts, telling);

  const viewOf = (approval: StoredApproval, identity: Identity): ApprovalView =>
    approvalView(approval, identity, clock.now());

  /** What of the requests the identity may know of; anything else is `not_found`. */
  async function visible(id: string, identity: Identity): Promise<StoredApproval> {
    const approval = await reads.byId(id);
    if (approval === undefined) throw notFound('request for approval', id);
    if (approval.requestedBy !== identity.userId && !mayDecide(approval, identity)) {
      throw notFound('request for approval', id);
    }
    return approval;
  }

  async function present(id: string, identity: Identity): Promise<ApprovalView> {
    const approval = await reads.byId(id);
    if (approval === undefined) throw notFound('request for approval', id);
    return viewOf(approval, identity);
  }

  function newRequest(call: HeldCall): StoredApproval {
    const { kind, method, url, digest, permission, identity } = call;
    const now = clock.now();
    return {
      id: newId('apr', now),
      kind,
      state: 'pending',
      method,
      url,
      body: readableBody(call.body),
      digest,
      permission,
      requestedBy: identity.userId,
      requestedName: identity.name,
      requestedWith: identity.tokenId,
      requestedFrom: call.address,
      requestedAt: now,
      expiresAt: now + approvalKindDefinitions[kind].expiresMs,
      decidedBy: null,
      decidedName: null,
      decidedAt: null,
      note: null,
      executedAt: null,
      status: null,
    };
  }

  /** True when there is somebody else who could be the second person. */
  async function hasOther({ identity, permission }: HeldCall): Promise<boolean> {
    return (await reads.holders({ permission, except: identity.userId, limit: 1 })).length > 0;
  }

  /** The open request for this very call, made if there is none. */
  async function openRequest(call: HeldCall): Promise<StoredApproval> {
    const { identity } = call;
    const openKey = `${identity.tokenId ?? identity.userId}:${call.digest}`;
    const found = await reads.byOpenKey(openKey);
    if (found !== undefined && found.expiresAt > clock.now()) return found;
    if (call.body !== null && seal === null) {
      throw unavailable('state_unavailable', 'What was sent cannot be kept safely until it is approved.');
    }
    if ((await reads.countPending(identity.userId)) >= mostPending) {
      throw conflict(`${mostPending} of your requests wait for an answer already.`);
    }
    const approval = newRequest(call);
    try {
      await state.transaction(async (tx) => {
        const store = approvalStore(tx);
        if (found !== undefined) {
          await store.step(found.id, { from: ['pending', 'approved'], to: 'expired' });
          await seal?.remove(bodyName(found.id), tx);
        }
        await store.add(approval, openKey);
        if (call.body !== null) await seal?.put(bodyName(approval.id), call.body, tx);
        await record('approval.request', { actor: actorOf(identity), about: approval, call, tx });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const other = await reads.byOpenKey(openKey);
      if (other !== undefined) return other;
      throw conflict('The same request was just answered; call again.');
    }
    telling.asked(approval);
    return approval;
  }

  async function answer(
    id: string,
    identity: Identity,
    { to, note }: { readonly to: 'approved' | 'refused'; readonly note: string },
  ): Promise<StoredApproval> {
    const approval = await visible(id, identity);
    if (identity.kind !== 'user') throw personAnswers();
    if (approval.requestedBy === identity.userId) throw ownRequest();
    const at = clock.now();
    const taken = await state.transaction(async (tx) => {
      const moved = await approvalStore(tx).step(id, {
        from: ['pending'],
        to,
        before: at,
        decidedBy: { id: identity.userId, name: identity.name, at, note },
      });
      if (moved && to === 'refused') await seal?.remove(bodyName(id), tx);
      return moved;
    });
    if (!taken) throw noLongerOpen((await present(id, identity)).state);
    telling.moved(id, to);
    return approval;
  }

  /** Ends a request that nobody has answered. */
  async function close(id: string, to: 'withdrawn' | 'expired'): Promise<boolean> {
    const closed = await state.transaction(async (tx) => {
      const from = to === 'expired' ? (['pending', 'approved'] as const) : (['pending'] as const);
      const moved = await approvalStore(tx).step(id, { from, to });
      if (moved) await seal?.remove(bodyName(id), tx);
      return moved;
    });
    if (closed) telling.moved(id, to);
    return closed;
  }

  return {
    connect: execution.connect,
    kinds: modes.kinds,
    weakens: modes.weakens,
    setMode: modes.setMode,

    /** How a call that used an approval up was answered. */
    ended: (id: string, status: number): Promise<void> => execution.finish(id, status),

    /** What is to become of a call that may need a second person. */
    async hold(
      call: HeldCall,
    ): Promise<{ held: false; id: string | null } | { held: true; approval: ApprovalView }> {
      const mode = await modes.modeOf(call.kind);
      if (mode === 'off') return { held: false, id: null };
      if (mode === 'when-possible' && !(await hasOther(call))) {
        await record('approval.waive', {
          actor: actorOf(call.identity),
          about: { ...call, id: null },
          call,
        });
        return { held: false, id: null };
      }
      const approval = await openRequest(call);
      if (approval.state === 'approved' && isByRepeating(approval)) {
        const now = clock.now();
        const first = await approvalStore(state.write).step(approval.id, {
          from: ['approved'],
          to: 'executing',
          before: now,
          executedAt: now,
        });
        if (first) return { held: false, id: approval.id };
      }
      return { held: true, approval: await present(approval.id, call.identity) };
    },

    /** Requests of the caller and those that the caller may answer, newest first. */
    async list(identity: Identity, query: ApprovalList): Promise<Page<ApprovalView>> {
      const rows = await reads.list({
        userId: identity.userId,
        permissions: new Set<string>([...identity.permissions, 'signed-in']),
        state: query.state,
        before: query.cursor,
        limit: query.limit + 1,
      });
      const shown = rows.slice(0, query.limit);
      return {
        items: shown.map((row) => viewOf(row, identity)),
        nextCursor: rows.length > shown.length ? (shown.at(-1)?.id ?? null) : null,
      };
    },

    async get(identity: Identity, id: string): Promise<ApprovalView> {
      return viewOf(await visible(id, identity), identity);
    },

    /**
     * Approves a request of somebody else, and carries it out. Refused: one's own (`forbidden`), a program
     * (`forbidden`), and a request that is no longer open (`approval_used`).
     */
    async approve(identity: Identity, id: string, note: string): Promise<ApprovalView> {
      const approval = await answer(id, identity, { to: 'approved', note });
      if (!isByRepeating(approval)) await execution.execute(approval);
      return present(id, identity);
    },

    async refuse(identity: Identity, id: string, note: string): Promise<ApprovalView> {
      await answer(id, identity, { to: 'refused', note });
      return present(id, identity);
    },

    /** Takes back one's own request while it is open. */
    async withdraw(identity: Identity, id: string): Promise<ApprovalView> {
      const approval = await visible(id, identity);
      if (approval.requestedBy !== identity.userId) throw notFound('request for approval', id);
      if (!(await close(id, 'withdrawn'))) throw noLongerOpen((await present(id, identity)).state);
      return present(id, identity);
    },

    /**
     * Ends what is out of time, removes what is long over, and carries out what was approved by a process
     * that died before it could. Once a minute is enough; on one node at a time.
     */
    async sweep(): Promise<void> {
      const now = clock.now();
      for (const approval of await reads.due(now)) {
        if (approval.expiresAt <= now) await close(approval.id, 'expired');
        else await execution.execute(approval);
      }
      for (const { id } of await reads.stuck(now - stuckMs)) await execution.finish(id, null);
      await approvalStore(state.write).dropOver(now - shownMs);
    },
  };
}

export type Approvals = ReturnType<typeof createApprovals>;
