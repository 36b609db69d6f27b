import { createAsk } from './ask-custos.ts';
import { addressRefused, badToken, cannotCheck, forbidden, noToken } from './refusals.ts';
import type { CustosSession, Need, Refusal, SessionGuardOptions, Visitor } from './types.ts';
import { createTokenVerifier } from './verify-token.ts';

/** Longer than any token of Custos. */
const longestToken = 8_192;

function tokenOf(authorization: string | undefined): string | undefined {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization ?? '')?.[1];
  return token === undefined || token.length > longestToken ? undefined : token;
}

/** Lets a visitor in, with their session, or gives the answer to send instead. */
export type Gate = (
  visitor: Visitor,
  need: Need,
) => Promise<{ readonly session: CustosSession } | { readonly refusal: Refusal }>;

/** What all frameworks share: the decision about one request. Never rejects; in doubt nobody gets in. */
export function createGate(options: SessionGuardOptions): Gate {
  const verify = createTokenVerifier(options);
  const ask = createAsk(options);

  async function decide(visitor: Visitor, need: Need): Promise<CustosSession | Refusal> {
    if (visitor.authorization === undefined) return noToken;
    const token = tokenOf(visitor.authorization);
    const session = token === undefined ? undefined : await verify(token);
    if (token === undefined || session === undefined) return badToken;
    const { permission } = need;
    // What the token lacks its session may have by now; the caller gets a new token for that.
    if (permission !== undefined && !session.permissions.has(permission)) return forbidden(permission);
    if ((need.check ?? options.check ?? 'local') === 'local') return session;
    const refused = await ask({ token, session, permission, visitor });
    if (refused === null) return session;
    if (refused === 'credential') return badToken;
    return refused === 'address' ? addressRefused : forbidden(permission ?? '');
  }

  return async (visitor, need) => {
    try {
      const decision = await decide(visitor, need);
      return 'status' in decision ? { refusal: decision } : { session: decision };
    } catch (error) {
      try {
        options.onProblem?.(error);
      } catch {
        // A listener that fails changes nothing about the answer.
      }
      return { refusal: cannotCheck };
    }
  };
}
