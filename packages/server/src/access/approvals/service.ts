import {
  approvalKindNames,
  approvalMode,
  type ApprovalKindName,
  type ApprovalKindView,
  type ApprovalMode,
  type ApprovalState,
  type ApprovalView,
  type Page,
} from '@custos/contract';
import type { AuditActor, AuditLog } from '../../audit/types.ts';
import type { Clock } from '../../base/clock.ts';
import { conflict, messageOf, notFound, unavailable } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import { isUniqueViolation, type State, type StateDb, type StateTx } from '../../storage/state/state.ts';
import { policyStore } from '../policy-store.ts';
import type { Identity } from '../types.ts';
import { noLongerOpen, ownRequest, personAnswers } from './errors.ts';
import { approvalKindDefinitions } from './kinds.ts';
import { readableBody } from './readable-body.ts';
import { approvalStore } from './store.ts';
import type { BodySeal, CarryOut, HeldCall, StoredApproval } from './types.ts';

export interface ApprovalParts {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  /** A record that cannot be written means: do not act. */
  readonly audit: AuditLog;
  /** Where bodies lie sealed; null where there is no such place, and then no body can wait. */
  readonly seal: BodySeal<StateTx, StateDb> | null;
  /** Who asked, with what they may do now; undefined when they may do nothing any more. */
  readonly identityOf: (userId: string, tokenId: string | null) => Promise<Identity | undefined>;
  /** Told of every new request, to call a second person. Never throws, never waits. */
  readonly onAsked?: (approval: StoredApproval) => void;
}

export interface ApprovalList {
  readonly state?: ApprovalState | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const policyPrefix = 'approval.';
const bodyName = (id: string): string => `approval/${id}/body`;
/** Longer than any request may run; what is still under way then died with its process. */
const stuckMs = 3_600_000;

const actorOf = (identity: Identity): AuditActor => ({
  type: identity.kind,
  id: identity.kind === 'token' ? (identity.tokenId ?? identity.userId) : identity.userId,
  name: identity.name,
});

/**
 * Two-person approval. A request is one exact call of one person; of many answers at once, one counts; an
 * approved change is carried out at most once, in the name of who asked, if they may still do it.
 */
export function createApprovals(parts: ApprovalParts) {
  const { state, clock, log, audit, seal } = parts;
  const reads = approvalStore(state.read);
  let carryOut: CarryOut | undefined;

  const byRepeating = (approval: StoredApproval): boolean => approval.method === 'GET';

  const mayDecide = (approval: StoredApproval, identity: Identity): boolean =>
    identity.kind === 'user' &&
    identity.userId !== approval.requestedBy &&
    (approval.permission === 'signed-in' ||
      (identity.permissions as ReadonlySet<string>).has(approval.permission));

  const viewOf = (approval: StoredApproval, identity: Identity): ApprovalView => {
    const overdue =
      (approval.state === 'pending' || approval.state === 'approved') && approval.expiresAt <= clock.now();
    const shown = overdue ? 'expired' : approval.state;
    return {
      id: approval.id,
      kind: approval.kind,
      state: shown,
      method: approval.method,
      url: approval.url,
      body: approval.body === null ? null : (JSON.parse(approval.body) as unknown),
      digest: approval.digest,
      permission: approval.permission,
      requestedBy: { id: approval.requestedBy, name: approval.requestedName },
      requestedAt: approval.requestedAt,
      expiresAt: approval.expiresAt,
      decidedBy:
        approval.decidedBy === null ? null : { id: approval.decidedBy, name: approval.decidedName ?? '' },
      decidedAt: approval.decidedAt,
      note: approval.note,
      executedAt: approval.executedAt,
      status: approval.status,
      own: approval.requestedBy === identity.userId,
      decidable: shown === 'pending' && mayDecide(approval, identity),
      byRepeating: byRepeating(approval),
    };
  };

  async function modeOf(kind: ApprovalKindName): Promise<ApprovalMode> {
    const stored = approvalMode.safeParse(await policyStore(state.read).policy(policyPrefix + kind));
    return stored.success ? stored.data : approvalKindDefinitions[kind].mode;
  }

  /** What of the requests the identity may know of; anything else is `not_found`. */
  async function visible(id: string, identity: Identity): Promise<StoredApproval> {
    const approval = await reads.byId(id);
    if (approval === undefined) throw notFound('request for approval', id);
    if (approval.requestedBy !== identity.userId && !mayDecide(approval, identity)) {
      throw notFound('request for approval', id);
    }
    return approval;
  }

  async function record(
    action: string,
    approval: Pick<StoredApproval, 'id' | 'kind' | 'digest' | 'method'>,
    {
      actor,
      call,
      tx,
      details = {},
    }: {
      readonly actor: AuditActor;
      readonly call?: HeldCall;
      readonly tx?: StateTx;
      readonly details?: Readonly<Record<string, unknown>>;
    },
  ): Promise<void> {
    await audit.append(
      {
        actor,
        action,
        target: approval.id === '' ? null : { type: 'approval', id: approval.id },
        outcome: 'succeeded',
        address: call?.address ?? null,
        requestId: call?.requestId ?? null,
        details: { kind: approval.kind, digest: approval.digest, method: approval.method, ...details },
      },
      tx,
    );
  }

  /** The open request for this very call, made if there is none. */
  async function openRequest(call: HeldCall): Promise<StoredApproval> {
    const { identity } = call;
    const openKey = `${identity.tokenId ?? identity.userId}:${call.digest}`;
    const now = clock.now();
    const found = await reads.byOpenKey(openKey);
    if (found !== undefined && found.expiresAt > now) return found;
    if (call.body !== null && seal === null) {
      throw unavailable('state_unavailable', 'What was sent cannot be kept safely until it is approved.');
    }
    const approval: StoredApproval = {
      id: newId('apr', now),
      kind: call.kind,
      state: 'pending',
      method: call.method,
      url: call.url,
      body: readableBody(call.body),
      digest: call.digest,
      permission: call.permission,
      requestedBy: identity.userId,
      requestedName: identity.name,
      requestedWith: identity.tokenId,
      requestedFrom: call.address,
      requestedAt: now,
      expiresAt: now + approvalKindDefinitions[call.kind].expiresMs,
      decidedBy: null,
      decidedName: null,
      decidedAt: null,
      note: null,
      executedAt: null,
      status: null,
    };
    try {
      await state.transaction(async (tx) => {
        const store = approvalStore(tx);
        if (found !== undefined) {
          await store.step(found.id, { from: ['pending', 'approved'], to: 'expired' });
          await seal?.remove(bodyName(found.id), tx);
        }
        await store.add(approval, openKey);
        if (call.body !== null) await seal?.put(bodyName(approval.id), call.body, tx);
        await record('approval.request', approval, { actor: actorOf(identity), call, tx });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const other = await reads.byOpenKey(openKey);
      if (other !== undefined) return other;
      throw conflict('The same request was just answered; call again.');
    }
    parts.onAsked?.(approval);
    return approval;
  }

  async function finish(id: string, status: number | null): Promise<void> {
    await state.transaction(async (tx) => {
      const to = status === null ? 'interrupted' : status < 400 ? 'executed' : 'failed';
      const store = approvalStore(tx);
      const moved = await store.step(id, {
        from: ['executing', 'interrupted'],
        to,
        ...(status === null ? {} : { status }),
      });
      if (!moved) return;
      await seal?.remove(bodyName(id), tx);
      const approval = await store.byId(id);
      if (approval === undefined) return;
      await record('approval.execute', approval, {
        actor: { type: 'system', id: 'custos', name: 'Custos' },
        tx,
        details: { state: to, status, approvedBy: approval.decidedBy, requestedBy: approval.requestedBy },
      });
    });
  }

  /** Carries out an approved change, if nobody else has begun to. */
  async function execute(approval: StoredApproval): Promise<void> {
    if (carryOut === undefined) return;
    const { id } = approval;
    // This step is what makes it once: of several that try, one takes it.
    const first = await approvalStore(state.write).step(id, {
      from: ['approved'],
      to: 'executing',
      executedAt: clock.now(),
    });
    if (!first) return;
    try {
      const identity = await parts.identityOf(approval.requestedBy, approval.requestedWith);
      const body = (await seal?.get(bodyName(id))) ?? null;
      if (identity === undefined || (approval.body !== null && body === null)) {
        await finish(id, 403);
        return;
      }
      const { method, url, requestedFrom: address } = approval;
      await finish(id, await carryOut({ id, method, url, body, identity, address }));
    } catch (error) {
      log.error({ approval: id, reason: messageOf(error) }, 'an approved call was cut off');
      await finish(id, null);
    }
  }

  async function decided(id: string, identity: Identity): Promise<ApprovalView> {
    const approval = await reads.byId(id);
    if (approval === undefined) throw notFound('request for approval', id);
    return viewOf(approval, identity);
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
    if (!taken) throw noLongerOpen((await decided(id, identity)).state);
    return approval;
  }

  return {
    /** What is to become of a call that may need a second person. */
    async hold(
      call: HeldCall,
    ): Promise<{ held: false; id: string | null } | { held: true; approval: ApprovalView }> {
      const mode = await modeOf(call.kind);
      if (mode === 'off') return { held: false, id: null };
      if (mode === 'when-possible' && !(await reads.hasOther(call.identity.userId, call.permission))) {
        const waived = { id: '', kind: call.kind, digest: call.digest, method: call.method };
        await record('approval.waive', waived, { actor: actorOf(call.identity), call });
        return { held: false, id: null };
      }
      const approval = await openRequest(call);
      if (approval.state === 'approved' && byRepeating(approval)) {
        const now = clock.now();
        const first = await approvalStore(state.write).step(approval.id, {
          from: ['approved'],
          to: 'executing',
          before: now,
          executedAt: now,
        });
        if (first) return { held: false, id: approval.id };
      }
      const current = (await reads.byId(approval.id)) ?? approval;
      return { held: true, approval: viewOf(current, call.identity) };
    },

    ended: (id: string, status: number): Promise<void> => finish(id, status),

    connect(way: CarryOut): void {
      carryOut = way;
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
      if (!byRepeating(approval)) await execute(approval);
      return decided(id, identity);
    },

    async refuse(identity: Identity, id: string, note: string): Promise<ApprovalView> {
      await answer(id, identity, { to: 'refused', note });
      return decided(id, identity);
    },

    /** Takes back one's own request while it is open. */
    async withdraw(identity: Identity, id: string): Promise<ApprovalView> {
      const approval = await visible(id, identity);
      if (approval.requestedBy !== identity.userId) throw notFound('request for approval', id);
      const moved = await state.transaction(async (tx) => {
        const taken = await approvalStore(tx).step(id, { from: ['pending'], to: 'withdrawn' });
        if (taken) await seal?.remove(bodyName(id), tx);
        return taken;
      });
      if (!moved) throw noLongerOpen((await decided(id, identity)).state);
      return decided(id, identity);
    },

    async kinds(): Promise<ApprovalKindView[]> {
      const chosen = await policyStore(state.read).policies(policyPrefix);
      return approvalKindNames.map((kind) => {
        const { title, description, mode, expiresMs } = approvalKindDefinitions[kind];
        const stored = approvalMode.safeParse(chosen.get(kind));
        return { kind, title, description, mode: stored.success ? stored.data : mode, expiresMs };
      });
    },

    /** True when `mode` asks for a second person less often than now. */
    async weakens(kind: ApprovalKindName, mode: ApprovalMode): Promise<boolean> {
      const strength = { off: 0, 'when-possible': 1, always: 2 } as const;
      return strength[mode] < strength[await modeOf(kind)];
    },

    async setMode(kind: ApprovalKindName, mode: ApprovalMode): Promise<ApprovalKindView> {
      await policyStore(state.write).putPolicy(policyPrefix + kind, mode, clock.now());
      const { title, description, expiresMs } = approvalKindDefinitions[kind];
      return { kind, title, description, mode, expiresMs };
    },

    /**
     * Ends what is out of time, and carries out what was approved by a process that died before it could.
     * Once a minute is enough; on one node at a time.
     */
    async sweep(): Promise<void> {
      const now = clock.now();
      for (const approval of await reads.due(now)) {
        if (approval.expiresAt <= now) {
          await state.transaction(async (tx) => {
            const ended = await approvalStore(tx).step(approval.id, {
              from: ['pending', 'approved'],
              to: 'expired',
            });
            if (ended) await seal?.remove(bodyName(approval.id), tx);
          });
        } else await execute(approval);
      }
      for (const approval of await reads.stuck(now - stuckMs)) await finish(approval.id, null);
    },
  };
}

export type Approvals = ReturnType<typeof createApprovals>;
