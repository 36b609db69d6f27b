import type { ApiTokenView, UserView } from '@custos/contract';
import { createIdentityOf } from '../access/identity-store.ts';
import type { Access } from '../access/service.ts';
import type { Identity } from '../access/types.ts';
import type { NewToken } from '../access/tokens.ts';
import type { AuditEvent, AuditLog } from '../audit/types.ts';
import type { Clock } from '../base/clock.ts';
import type { State } from '../storage/state/state.ts';

const hostOperator = { type: 'system', id: 'host-operator', name: 'Operator on the host' } as const;
const pageSize = 500;

/** Who runs commands on the host sees and revokes everybody's tokens, and is nobody's account. */
const onHost: Identity = {
  kind: 'user',
  userId: hostOperator.id,
  name: hostOperator.name,
  email: '',
  role: '',
  permissions: new Set(['token.manage']),
  sessionId: null,
  tokenId: null,
};

/** Every page of a list. */
async function all<Item>(
  page: (cursor: string | undefined) => Promise<{ items: readonly Item[]; nextCursor: string | null }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const { items: more, nextCursor } = await page(cursor);
    items.push(...more);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}

export interface OperatorTokens {
  list(): Promise<(ApiTokenView & { readonly owner: string })[]>;
  /** Undefined when the owner has no account that is in use. Refused: what the owner may not do. */
  create(owner: string, request: NewToken): Promise<(ApiTokenView & { readonly token: string }) | undefined>;
  /** Raises `not_found`. */
  revoke(id: string): Promise<void>;
}

export function allAccounts(access: Access): Promise<UserView[]> {
  return all((cursor) => access.users.list({ limit: pageSize, cursor }));
}

/** API tokens for the command line on the host. Attempts and outcomes are on record. */
export function operatorTokens(parts: {
  readonly access: Access;
  readonly state: State;
  readonly clock: Clock;
  readonly audit: AuditLog;
}): OperatorTokens {
  const { access, state, clock, audit } = parts;
  const identityOf = createIdentityOf({ state, clock });

  const record = (
    action: string,
    {
      outcome,
      target = null,
      details,
    }: Pick<AuditEvent, 'outcome'> & Partial<Pick<AuditEvent, 'target' | 'details'>>,
  ): Promise<void> =>
    audit.append({
      actor: hostOperator,
      action,
      target,
      outcome,
      address: null,
      requestId: null,
      ...(details === undefined ? {} : { details }),
    });

  return {
    async list() {
      const owners = new Map((await allAccounts(access)).map(({ id, email }) => [id, email]));
      const tokens = await all((cursor) => access.tokens.list(onHost, { limit: pageSize, cursor }));
      return tokens.map((token) => ({ ...token, owner: owners.get(token.userId) ?? '' }));
    },

    async create(owner, request) {
      const email = owner.trim().toLowerCase();
      const user = (await allAccounts(access)).find((each) => each.email === email);
      const identity = user === undefined ? undefined : await identityOf(user.id, null);
      if (identity === undefined) return undefined;
      const details = { owner: identity.userId, permissions: [...request.permissions] };
      await record('token.create', { outcome: 'attempted', details });
      const made = await access.tokens.create(identity, request);
      await record('token.create', { outcome: 'succeeded', target: { type: 'token', id: made.id }, details });
      return made;
    },

    async revoke(id) {
      const target = { type: 'token', id };
      await record('token.revoke', { outcome: 'attempted', target });
      await access.tokens.revoke(onHost, id);
      await record('token.revoke', { outcome: 'succeeded', target });
    },
  };
}
