import type { ApiTokenView, Page, Permission } from '@custos/contract';
import { conflict, invalidInput, notFound, type FieldFault } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { mostRules } from './address-rules/most-rules.ts';
import { parseRange, rangeText } from './address-rules/ranges.ts';
import { addressRuleStore } from './address-rules/store.ts';
import { personsOnly } from './errors.ts';
import { missingToGrant } from './grants.ts';
import { pageById, type PageRequest } from './id-page.ts';
import { notices } from './notices.ts';
import type { AccessParts } from './parts.ts';
import { hashToken, makeApiToken } from './secret-tokens.ts';
import type { StoredToken } from './token-store.ts';
import type { Identity } from './types.ts';

export interface NewToken {
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly expiresInDays: number;
  /** Addresses and CIDR ranges that it is to be taken from, kept as address rules; any when left out or empty. */
  readonly addresses?: readonly string[] | undefined;
}

const dayMs = 86_400_000;
const longestDays = 365;

const viewOf = (token: StoredToken): ApiTokenView => ({
  ...token,
  permissions: [...token.permissions],
  addresses: [...token.addresses],
});

/** The ranges as rules have them, each once, and what is wrong with those that are none. */
function rangesOf(entries: readonly string[]): { ranges: Set<string>; faults: FieldFault[] } {
  const ranges = new Set<string>();
  const faults: FieldFault[] = [];
  for (const [index, entry] of entries.entries()) {
    const range = parseRange(entry);
    if (range !== undefined) ranges.add(rangeText(range));
    else {
      const message = 'must be an address or a range such as 192.0.2.0/24';
      faults.push({ field: `addresses.${index}`, message });
    }
  }
  return { ranges, faults };
}

/** Secrets for programs. Those who may manage tokens see and revoke everybody's, others their own. */
export function createTokens(
  { state, clock, reads, store, announceEnd, tell }: AccessParts,
  /** Called when a token with addresses was made, so that they count at once. */
  { onListed }: { readonly onListed: () => Promise<void> },
) {
  const reach = (actor: Identity) => (actor.permissions.has('token.manage') ? null : actor.userId);

  return {
    list(actor: Identity, page: PageRequest): Promise<Page<ApiTokenView>> {
      return pageById(page, (slice) => reads.tokens(reach(actor), slice), viewOf);
    },

    /**
     * Makes a token for the actor. The reply is the only place where the token itself ever is. Refused: a
     * permission that the actor lacks, a life beyond a year, and a token that makes tokens, which would
     * outlive its own end.
     */
    async create(actor: Identity, request: NewToken): Promise<ApiTokenView & { token: string }> {
      if (actor.kind !== 'user') throw personsOnly();
      const permissions = new Set(request.permissions);
      const missing = missingToGrant(actor.permissions, permissions);
      const { expiresInDays: days } = request;
      const listed = rangesOf(request.addresses ?? []);
      const faults = [
        ...(permissions.size === 0
          ? [{ field: 'permissions', message: 'must name at least one permission' }]
          : []),
        ...(missing.length > 0
          ? [{ field: 'permissions', message: `must be among your own; you lack ${missing.join(', ')}` }]
          : []),
        ...(Number.isInteger(days) && days >= 1 && days <= longestDays
          ? []
          : [{ field: 'expiresInDays', message: `must be a whole number from 1 to ${longestDays}` }]),
        ...listed.faults,
      ];
      if (faults.length > 0) throw invalidInput(faults);

      const now = clock.now();
      const { token, hint } = makeApiToken();
      const made: StoredToken = {
        id: newId('tok', now),
        userId: actor.userId,
        name: request.name,
        permissions,
        hint,
        addresses: [...listed.ranges],
        createdAt: now,
        expiresAt: now + days * dayMs,
        lastUsedAt: null,
      };
      await state.transaction(async (tx) => {
        await store(tx).addToken(made, hashToken(token));
        if (listed.ranges.size === 0 || (await addressRuleStore(tx).count()) <= mostRules) return;
        throw conflict(`There can be at most ${mostRules} address rules.`);
      });
      if (listed.ranges.size > 0) await onListed();
      tell({ id: actor.userId, email: actor.email, name: actor.name }, notices.tokenMade(made.name));
      return { ...viewOf(made), token };
    },

    /** Revokes a token for good; one that the actor may not see is `not_found`. */
    async revoke(actor: Identity, id: string): Promise<void> {
      const revoked = await state.transaction((tx) => store(tx).revokeToken(id, reach(actor), clock.now()));
      if (!revoked) throw notFound('API token', id);
      announceEnd({ tokenId: id });
    },
  };
}
