import type { IdentityView } from '@custos/contract';
import type { Identity } from './types.ts';

/** An identity as its owner sees it. */
export const viewOf = ({ userId, email, name, role, permissions }: Identity): IdentityView => ({
  userId,
  email,
  name,
  role,
  permissions: [...permissions],
});
