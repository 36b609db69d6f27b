import type { ApprovalState } from '@custos/contract';
import { messageOf } from '../../base/errors.ts';
import type { PersonalMessage } from '../types.ts';
import { approvalKindDefinitions } from './kinds.ts';
import type { ApprovalParts } from './parts.ts';
import { approvalStore } from './store.ts';
import type { StoredApproval } from './types.ts';
import { isByRepeating } from './view.ts';

/** Letters for one request; the inbox is there for everybody else who may answer. */
const mostLetters = 20;

const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** How it ended, for who asked; undefined for what they did themselves, or what has not ended. */
function ending(approval: StoredApproval): { readonly subject: string; readonly text: string } | undefined {
  const { state, status, expiresAt } = approval;
  switch (state) {
    case 'approved':
      return isByRepeating(approval)
        ? {
            subject: 'Your Custos request was approved',
            text: `It was approved. Call it again until ${minute(expiresAt)}; it works once.`,
          }
        : undefined;
    case 'executed':
      // Who calls a download again has its answer.
      return isByRepeating(approval)
        ? undefined
        : { subject: 'Your Custos request was approved', text: 'It was approved and is done.' };
    case 'failed':
      return {
        subject: 'Your Custos request failed',
        text: `It was approved, and could not be done: the answer was ${status ?? 'none'}.`,
      };
    case 'interrupted':
      return {
        subject: 'Your Custos request was cut off',
        text: 'It was approved and cut off while it was done. The audit log says how far it came; it is not repeated by itself.',
      };
    case 'refused':
      return {
        subject: 'Your Custos request was refused',
        text: 'It was refused. The reason is with the request.',
      };
    case 'expired':
      return {
        subject: 'Your Custos request expired',
        text: 'Nobody answered in time. Ask again if it is still needed.',
      };
    case 'pending':
    case 'executing':
    case 'withdrawn':
      return undefined;
  }
}

/**
 * Tells those who may answer of a request, and who asked of its end, by letter. Letters name the kind of
 * act and nothing else: mail is read by others too, so who asked, for what and why is in the inbox.
 */
export function createTelling({ state, log, tell, publicUrl, onChanged }: ApprovalParts) {
  const store = approvalStore(state.read);

  const letter = (approval: StoredApproval, message: Pick<PersonalMessage, 'subject' | 'text'>) => {
    const base = publicUrl?.()?.replace(/\/+$/, '') ?? null;
    const { title } = approvalKindDefinitions[approval.kind];
    const { subject, text } = message;
    return {
      kind: 'approval',
      subject,
      text: `${title}.\n\n${text}`,
      url: base === null ? null : `${base}/approvals/${approval.id}`,
    } satisfies PersonalMessage;
  };

  function quietly(work: Promise<void>): void {
    work.catch((error: unknown) => {
      log.warn({ reason: messageOf(error) }, 'nobody could be told of a request for a second person');
    });
  }

  async function toAnswer(approval: StoredApproval): Promise<void> {
    const { requestedBy: except, permission, expiresAt } = approval;
    const text = `Somebody asks for a second person. Approve or refuse it in Custos until ${minute(expiresAt)}; until then nothing is done.`;
    const people = await store.holders({ permission, except, limit: mostLetters });
    const message = letter(approval, { subject: 'Custos asks you as a second person', text });
    for (const person of people) tell?.(person, message);
  }

  /** By the state that it came to, since it may have gone on while it is read. */
  async function toAsker(id: string, state: ApprovalState): Promise<void> {
    const approval = await store.byId(id);
    const message = approval === undefined ? undefined : ending({ ...approval, state });
    if (approval === undefined || message === undefined) return;
    const asker = await store.person(approval.requestedBy);
    if (asker !== undefined) tell?.(asker, letter(approval, message));
  }

  return {
    /** There is a new request. */
    asked(approval: StoredApproval): void {
      onChanged?.(approval.id);
      if (tell !== undefined) quietly(toAnswer(approval));
    },

    /** A request has another state. */
    moved(id: string, to: ApprovalState): void {
      onChanged?.(id);
      if (tell !== undefined) quietly(toAsker(id, to));
    },
  };
}

export type Telling = ReturnType<typeof createTelling>;
