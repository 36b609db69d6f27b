import type { LinkView, RoleName, UserView } from '@custos/contract';
import { conflict, invalidInput, messageOf, notFound } from '../../base/errors.ts';
import type { StateTx } from '../../storage/state/state.ts';
import { beyondOwnPermissions, linkInvalid, methodUnavailable } from '../errors.ts';
import { accountKey } from '../failure-keys.ts';
import { missingToManage } from '../grants.ts';
import { countAttempt, isLocked, type LockoutPolicy } from '../lockout.ts';
import { invitation, notices, passwordReset } from '../notices.ts';
import type { AccessParts } from '../parts.ts';
import { hashToken, looksLikeToken, makeToken } from '../secret-tokens.ts';
import type { CallContext, Identity } from '../types.ts';
import type { StoredUser } from '../user-store.ts';
import type { LinkKind } from './link-store.ts';

/** How long a link works (OWASP ASVS 5.0, 6.4.1 and 6.4.3). */
const lifetimeMs = 60 * 60_000;

/** Three links an hour to one address that asks for itself, so that nobody's mailbox is flooded. */
const requestPolicy: LockoutPolicy = {
  limit: 4,
  windowMs: lifetimeMs,
  firstLockMs: lifetimeMs,
  longestLockMs: lifetimeMs,
  forgetMs: lifetimeMs,
};

/** Requests that may wait for their e-mail at the same time; more are dropped, like mail that is lost. */
const mostWaiting = 100;

export interface Invitation {
  readonly email: string;
  readonly name: string;
  readonly role: RoleName;
}

/** Adds a user without a password; what `users.addWithoutPassword` does. */
export type AddInvited = (
  request: Invitation,
  actor: Identity | null,
  alongside?: (user: UserView, tx: StateTx) => Promise<void>,
) => Promise<UserView>;

/**
 * Invitations and resets: links that go to the person alone, work once and for 60 minutes, and let them
 * choose a password. Whoever starts one never sees it, and never chooses a password for somebody else
 * (OWASP ASVS 5.0, 6.4.6). Second factors stay (6.4.3).
 */
export function createLinks(parts: AccessParts, { addInvited }: { readonly addInvited: AddInvited }) {
  const { state, clock, log, audit, hasher, checkPassword, reads, publicUrl, send, tell, announceEnd } =
    parts;
  const underway = new Set<Promise<void>>();

  function sender() {
    const origin = publicUrl();
    if (send !== null && origin !== null) return { send, origin: origin.replace(/\/+$/, '') };
    throw methodUnavailable(
      send === null
        ? 'Invitations and resets are sent by e-mail, which is not set up here.'
        : 'Invitations and resets need the public address of this installation; set it first.',
    );
  }

  async function make(kind: LinkKind, userId: string, origin: string): Promise<string> {
    const token = makeToken();
    const link = { kind, userId, tokenHash: hashToken(token), expiresAt: clock.now() + lifetimeMs };
    await state.transaction((tx) => parts.store(tx).putLink(link));
    // In the fragment, which browsers send to no server and so ends up in no access log.
    return `${origin}/${kind}#token=${token}`;
  }

  /** Sends a link; one that will not arrive is taken back. */
  async function deliver(kind: LinkKind, user: StoredUser | UserView): Promise<void> {
    const { send: through, origin } = sender();
    const url = await make(kind, user.id, origin);
    try {
      await through(user, kind === 'invitation' ? invitation(url) : passwordReset(url));
    } catch (error) {
      await state.transaction((tx) => parts.store(tx).dropLinksOf(user.id));
      throw error;
    }
  }

  async function managed(id: string, actor: Identity): Promise<StoredUser> {
    const user = await reads.user(id);
    if (user === undefined) throw notFound('user', id);
    const role = await reads.role(user.role);
    const missing = role === undefined ? [] : missingToManage(actor.permissions, role.permissions);
    if (missing.length > 0) throw beyondOwnPermissions(missing);
    if (user.disabled) throw conflict('The account is disabled; enable it first.');
    return user;
  }

  /** True while this address has had fewer links than it may ask for. */
  function mayAsk(email: string): Promise<boolean> {
    const key = `reset:${accountKey(email)}`;
    return state.transaction(async (tx) => {
      const store = parts.store(tx);
      const asked = await store.holdFailures(key);
      const now = clock.now();
      if (isLocked(asked, now)) return false;
      const counted = countAttempt(asked, now, requestPolicy);
      await store.putFailures(key, counted);
      return !isLocked(counted, now);
    });
  }

  async function deliverAsked(email: string, context: CallContext): Promise<void> {
    try {
      const user = await reads.userByEmail(email);
      const sent = user !== undefined && !user.disabled && (await mayAsk(email));
      await audit.append({
        type: 'authentication.credential-change',
        actor: { type: 'anonymous', id: 'anonymous', name: 'Not signed in' },
        action: 'password.reset',
        target: user === undefined ? null : { type: 'user', id: user.id },
        outcome: sent ? 'attempted' : 'denied',
        address: context.address,
        requestId: context.requestId,
        details: { credential: 'password', change: 'reset' },
      });
      if (sent) await deliver(user.passwordHash === null ? 'invitation' : 'reset', user);
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'a reset that somebody asked for could not be sent');
    }
  }

  async function known(token: string) {
    const link = looksLikeToken(token) ? await reads.link(hashToken(token), clock.now()) : undefined;
    const user = link === undefined ? undefined : await reads.user(link.userId);
    if (link === undefined || user === undefined || user.disabled) throw linkInvalid();
    return { link, user };
  }

  return {
    /** True when links can be sent from here. */
    canSend: (): boolean => send !== null && publicUrl() !== null,

    /** Adds a user who chooses their own password, and sends them the link to do so. */
    async invite(request: Invitation, actor: Identity): Promise<UserView> {
      sender();
      const user = await addInvited(request, actor);
      await deliver('invitation', user);
      return user;
    },

    /** Sends the link of an invitation or a reset to a user, in place of the one before. */
    async sendTo(id: string, actor: Identity): Promise<void> {
      sender();
      const user = await managed(id, actor);
      await deliver(user.passwordHash === null ? 'invitation' : 'reset', user);
    },

    /**
     * A reset that somebody asks for without signing in. Answers at once and always the same; whether
     * there is such an account shows only in its mailbox (OWASP ASVS 5.0, 6.3.8).
     */
    ask(email: string, context: CallContext): void {
      sender();
      if (underway.size >= mostWaiting) return;
      const work = deliverAsked(email, context).finally(() => underway.delete(work));
      underway.add(work);
    },

    /** Resolves when every reset that was asked for is on its way. */
    async settled(): Promise<void> {
      await Promise.all(underway);
    },

    /** What a link is for; raises `token_invalid`. */
    async look(token: string): Promise<LinkView> {
      const { link, user } = await known(token);
      return { kind: link.kind, email: user.email, name: user.name, expiresAt: link.expiresAt };
    },

    /**
     * Gives the person the password that they have chosen. Uses the link up, ends every session, forgets
     * known devices, and leaves second factors as they are; signing in comes after. Raises
     * `token_invalid` and `invalid_input`, the latter without using the link up.
     */
    async use(token: string, password: string, context: CallContext): Promise<void> {
      const { link, user } = await known(token);
      const faults = await checkPassword(password, user);
      if (faults.length > 0) throw invalidInput(faults);
      const passwordHash = await hasher.hash(password);
      await state.transaction(async (tx) => {
        const store = parts.store(tx);
        await store.lockUser(user.id);
        const current = await store.user(user.id);
        if (current === undefined || current.disabled) throw linkInvalid();
        if (!(await store.takeLink(hashToken(token), clock.now()))) throw linkInvalid();
        await store.choosePassword(user.id, passwordHash);
        await store.endSessionsOf(user.id);
        await store.forgetDevices(user.id);
        await store.dropTicketsOf(user.id);
        await store.clearFailures(accountKey(user.email));
        await audit.append(
          {
            type: 'authentication.credential-change',
            actor: { type: 'user', id: user.id, name: user.name },
            action: link.kind === 'reset' ? 'password.reset' : 'invitation.accept',
            target: { type: 'user', id: user.id },
            outcome: 'succeeded',
            address: context.address,
            requestId: context.requestId,
            details: { credential: 'password', change: link.kind === 'reset' ? 'reset' : 'added' },
          },
          tx,
        );
      });
      announceEnd({ userId: user.id });
      tell(user, notices.passwordChanged(context));
    },

    /** The link itself, for the operator on the host to hand over. */
    async forOperator(email: string, origin: string): Promise<string | undefined> {
      const user = await reads.userByEmail(email.trim().toLowerCase());
      if (user === undefined || user.disabled) return undefined;
      return make(user.passwordHash === null ? 'invitation' : 'reset', user.id, origin.replace(/\/+$/, ''));
    },
  };
}
