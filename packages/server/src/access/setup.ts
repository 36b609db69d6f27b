import { invalidInput } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { setupNotAllowed } from './errors.ts';
import type { AccessParts } from './parts.ts';
import { topRole } from './roles.ts';
import { hashToken, looksLikeToken, makeToken } from './secret-tokens.ts';
import { startSession } from './start-session.ts';
import { accessStore } from './store.ts';
import type { CallContext, SignedIn } from './types.ts';

export interface SetupRequest {
  readonly token: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

/** How long a set-up link is valid. */
const setupLifetimeMs = 24 * 3_600_000;

/** How the first person gets an account: by a link that only the log of the process shows. */
export function createSetup(parts: AccessParts) {
  const { state, clock, audit, hasher, checkPassword, reads, writes } = parts;
  const needed = async (): Promise<boolean> => !(await reads.hasUsers());

  async function begin(): Promise<{ token: string; expiresAt: number } | undefined> {
    if (!(await needed())) return undefined;
    const token = makeToken();
    const expiresAt = clock.now() + setupLifetimeMs;
    await writes.putSetupToken(hashToken(token), expiresAt);
    return { token, expiresAt };
  }

  return {
    needed,

    /**
     * Makes a new set-up token, valid for 24 hours, in place of an earlier one; undefined once anybody
     * has an account.
     */
    begin,

    /**
     * The same as a link under `origin`, such as `http://127.0.0.1:4600`. The token is in the fragment,
     * which browsers send to no server and so ends up in no access log.
     */
    async link(origin: string): Promise<string | undefined> {
      const begun = await begin();
      return begun === undefined ? undefined : `${origin.replace(/\/+$/, '')}/setup#token=${begun.token}`;
    },

    /**
     * Creates the first super administrator and signs them in. Works once: of two requests with one token
     * one wins. Raises `setup_not_allowed` and `invalid_input`.
     */
    async complete(request: SetupRequest, context: CallContext): Promise<SignedIn> {
      const tokenHash = hashToken(request.token);
      const known = looksLikeToken(request.token) && (await reads.isSetupToken(tokenHash, clock.now()));
      if (!known || !(await needed())) throw setupNotAllowed();
      const faults = await checkPassword(request.password, request);
      if (faults.length > 0) throw invalidInput(faults);
      const passwordHash = await hasher.hash(request.password);

      return state.transaction(async (tx) => {
        const store = accessStore(tx);
        const now = clock.now();
        await store.lockUsers(topRole);
        if (!(await store.takeSetupToken(tokenHash, now)) || (await store.hasUsers()))
          throw setupNotAllowed();
        const role = await store.role(topRole);
        if (role === undefined) throw new Error('the built-in roles are not in the store');
        const user = {
          id: newId('usr', now),
          email: request.email,
          name: request.name,
          role: topRole,
          passwordHash,
          passwordTemporary: false,
          disabled: false,
          createdAt: now,
          lastSignInAt: now,
          roleSince: now,
        };
        await store.addUser(user);
        await audit.append(
          {
            actor: { type: 'user', id: user.id, name: user.name },
            action: 'setup.complete',
            target: { type: 'user', id: user.id },
            outcome: 'succeeded',
            address: context.address,
            requestId: context.requestId,
          },
          tx,
        );
        const { token: session, identity } = await startSession(
          store,
          {
            user,
            permissions: role.permissions,
            caller: context,
            method: 'password',
            secondFactor: false,
            now,
          },
          parts,
        );
        return { token: session, identity };
      });
    },
  };
}
