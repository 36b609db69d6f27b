import type { AuditActor, AuditLog } from '../../audit/types.ts';
import type { StateTx } from '../../storage/state/state.ts';
import type { HeldCall, Identity } from '../types.ts';
import type { StoredApproval } from './types.ts';

export const actorOf = (identity: Identity): AuditActor => ({
  type: identity.kind,
  id: identity.kind === 'token' ? (identity.tokenId ?? identity.userId) : identity.userId,
  name: identity.name,
});

export interface ApprovalRecord {
  readonly actor: AuditActor;
  /** The request as it is known; `id` null when none was made. */
  readonly about: Pick<StoredApproval, 'kind' | 'digest' | 'method'> & { readonly id: string | null };
  readonly call?: HeldCall;
  readonly tx?: StateTx;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Puts what happens to a request on record; the digest says which call it was. */
export function recorderOf(audit: AuditLog) {
  return async (action: string, { actor, about, call, tx, details = {} }: ApprovalRecord): Promise<void> => {
    const { id, kind, digest, method } = about;
    await audit.append(
      {
        actor,
        action,
        target: id === null ? null : { type: 'approval', id },
        outcome: 'succeeded',
        address: call?.address ?? null,
        requestId: call?.requestId ?? null,
        details: { kind, digest, method, ...details },
      },
      tx,
    );
  };
}
