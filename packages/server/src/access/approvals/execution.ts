import { systemActor } from '../../audit/types.ts';
import { messageOf } from '../../base/errors.ts';
import type { ApprovalParts } from './parts.ts';
import { bodyName } from './parts.ts';
import { recorderOf } from './record.ts';
import { approvalStore } from './store.ts';
import type { Telling } from './telling.ts';
import type { CarryOut, StoredApproval } from './types.ts';

/** Carries out what was approved: at most once, and on record how it ended. */
export function createExecution(parts: ApprovalParts, telling: Telling) {
  const { state, clock, log, audit, seal, identityOf } = parts;
  const record = recorderOf(audit);
  let carryOut: CarryOut | undefined;

  /** Notes how a call ended; `status` null when nobody knows how far it came. */
  async function finish(id: string, status: number | null): Promise<void> {
    const to = status === null ? 'interrupted' : status < 400 ? 'executed' : 'failed';
    const ended = await state.transaction(async (tx) => {
      const store = approvalStore(tx);
      const moved = await store.step(id, {
        from: ['executing', 'interrupted'],
        to,
        ...(status === null ? {} : { status }),
      });
      if (!moved) return false;
      await seal?.remove(bodyName(id), tx);
      const about = await store.byId(id);
      if (about === undefined) return false;
      await record('approval.execute', {
        actor: systemActor,
        about,
        tx,
        details: { state: to, status, approvedBy: about.decidedBy, requestedBy: about.requestedBy },
      });
      return true;
    });
    if (ended) telling.moved(id, to);
  }

  return {
    finish,

    connect(way: CarryOut): void {
      carryOut = way;
    },

    /** Carries out an approved change, if nobody else has begun to. */
    async execute(approval: StoredApproval): Promise<void> {
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
        const identity = await identityOf(approval.requestedBy, approval.requestedWith);
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
    },
  };
}
