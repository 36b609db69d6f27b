import { authorizeAnswer, type AuthorizeAnswer, type Permission } from '@custos/contract';
import { ApiError } from '../../errors.ts';
import { createRequest } from '../../transport.ts';
import type { SessionGuardOptions, Visitor } from './types.ts';

/** A question needs some permission; this one says least about who asks. */
const anyPermission: Permission = 'dashboard.read';

export interface Question {
  readonly token: string;
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

  return async ({ token, permission, visitor }) => {
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
          permission: permission ?? anyPermission,
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
