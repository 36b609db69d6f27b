import { authorizeAnswer, type AuthorizeAnswer, type Permission, permissionNames } from '@custos/contract';
import { ApiError } from '../../errors.ts';
import { createRequest } from '../../transport.ts';
import type { CustosSession, SessionGuardOptions, Visitor } from './types.ts';

/** A question needs a permission: one that the session has, or Custos would record a refusal. */
function permissionOf({ permissions }: CustosSession): Permission {
  return permissionNames.find((name) => permissions.has(name)) ?? 'dashboard.read';
}

export interface Question {
  readonly token: string;
  /** What the token says. */
  readonly session: CustosSession;
  readonly permission: Permission | undefined;
  readonly visitor: Visitor;
}

/**
 * Asks Custos whether the session behind a token still is, and may. Rejects when Custos cannot be asked.
 */
export function createAsk(
  options: SessionGuardOptions,
): (question: Question) => Promise<AuthorizeAnswer['reason']> {
  const { serviceToken, timeoutMs = 5_000 } = options;

  return async ({ token, session, permission, visitor }) => {
    const own = await serviceToken?.();
    const request = createRequest({
      baseUrl: options.baseUrl,
      token: own ?? token,
      timeoutMs,
      fetch: options.fetch,
    });
    let answer: AuthorizeAnswer;
    try {
      answer = await request('POST', '/api/v1/authorize', {
        schema: authorizeAnswer,
        body: {
          permission: permission ?? permissionOf(session),
          ...(own === undefined ? {} : { credential: token }),
          ...(visitor.address === undefined ? {} : { address: visitor.address }),
        },
      });
    } catch (error) {
      // Sent with the caller's own token, this is about the caller and not about this service.
      if (own === undefined && error instanceof ApiError && error.status === 401) return 'credential';
      throw error;
    }
    if (answer.allowed) return null;
    if (answer.identity === null) return 'credential';
    // Asked without a permission, one that is lacking says nothing.
    const { reason } = answer;
    return permission === undefined && (reason === 'permission' || reason === 'object')
      ? null
      : (reason ?? 'permission');
  };
}
