import type { ApprovalKindName, ApprovalState } from '@custos/contract';
import type { ApprovedCall } from '../types.ts';

/**
 * Words of this part.
 *
 * - **request**: a call that waits for a second person; its digest names the exact call.
 * - **second person**: somebody else who holds what the call asks for, signed in and just confirmed.
 * - **carry out**: do the approved call, once, in the name of who asked and with what they may do then.
 * - **by repeating**: a download is carried out when who asked calls it again, since only they can take it.
 */

/** Carries out a call and resolves with its HTTP status. */
export type CarryOut = (call: ApprovedCall) => Promise<number>;

/** Where bodies lie sealed while they wait. The secrets of State are one. */
export interface BodySeal<Tx, Db> {
  put(name: string, value: string, tx?: Tx): Promise<void>;
  get(name: string, db?: Db): Promise<string | undefined>;
  remove(name: string, tx?: Tx): Promise<boolean>;
}

export interface StoredApproval {
  readonly id: string;
  readonly kind: ApprovalKindName;
  readonly state: ApprovalState;
  readonly method: string;
  readonly url: string;
  /** JSON without secrets; null when there was no body. */
  readonly body: string | null;
  readonly digest: string;
  readonly permission: string;
  readonly requestedBy: string;
  readonly requestedName: string;
  readonly requestedWith: string | null;
  readonly requestedFrom: string;
  readonly requestedAt: number;
  readonly expiresAt: number;
  readonly decidedBy: string | null;
  readonly decidedName: string | null;
  readonly decidedAt: number | null;
  readonly note: string | null;
  readonly executedAt: number | null;
  readonly status: number | null;
}
