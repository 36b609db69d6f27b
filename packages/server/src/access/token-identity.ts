import { cutToOwner } from './grants.ts';
import type { AccessParts } from './parts.ts';
import { dutyOf, isRestricted } from './second-factor-rule.ts';
import type { TokenBearer } from './token-store.ts';
import type { Identity } from './types.ts';

/**
 * The identity that an API token gives at this moment. While its owner's second factor is overdue it has no
 * permissions: else whoever has the owner's password could go on with a token and never set one up.
 */
export function createTokenIdentity({
  graceMs,
  vouching,
  reads,
}: Pick<AccessParts, 'graceMs' | 'vouching' | 'reads'>) {
  /** Has a factor here, or signs in by a provider that vouches for its own. */
  async function hasFactor({ ownerEnrolled, userId }: TokenBearer): Promise<boolean> {
    if (ownerEnrolled) return true;
    if (vouching.size === 0) return false;
    return (await reads.providersOf(userId)).some(({ id }) => vouching.has(id));
  }

  return async (token: TokenBearer, now: number): Promise<Identity> => {
    const duty = dutyOf({ ...token, permissions: token.ownerPermissions }, graceMs);
    const overdue = isRestricted(duty, null, now) && !(await hasFactor(token));
    return {
      kind: 'token',
      userId: token.userId,
      name: token.name,
      email: token.email,
      role: token.role,
      permissions: overdue ? new Set() : cutToOwner(token.permissions, token.ownerPermissions),
      sessionId: null,
      tokenId: token.id,
      tokenName: token.tokenName,
      ...(overdue ? { restricted: 'second-factor' as const } : {}),
    };
  };
}
