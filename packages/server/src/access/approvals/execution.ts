import { systemActor } from '../../audit/types.ts';
import { messageOf } from '../../base/errors.ts';
import type { ApprovalParts } from './parts.ts';
import { bodyName } from './parts.ts';
import { recorderOf } from './record.ts';
import { approvalStore } from './store.ts';
import type { CarryOut, StoredApproval } from './types.ts';

/** Carries out what was approved: at most once, and on record how it ended. */
export function createExecution({ state, clock, log, audit, seal, identityOf }: ApprovalParts) {
  const record = recorderOf(audit);
  let carryOut: CarryOut | undefined;

  /** Notes how a call ended; `status` null when nobody knows how far it came. */
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
      const about = await store.byId(id);
      if (about === undefined) return;
      await record('approval.execute', {
        actor: systemActor,
        about,
        tx,
        details: { state: to, status, approvedBy: about.decidedBy, requestedBy: about.requestedBy },
      });
    });
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
