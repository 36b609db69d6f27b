import { createApprovals } from './approvals/service.ts';
import { createAddressRules } from './address-rules/service.ts';
import { createAuthorize } from './authorize/service.ts';
import { createCustomRoles } from './custom-roles/service.ts';
import { createIdentityOf } from './identity-store.ts';
import { createObjectLevel } from './object-level/service.ts';
import type { AccessParts } from './parts.ts';
import { createReviews } from './review/service.ts';
import { createStepUp } from './step-up/service.ts';
import type { Caller, Identity } from './types.ts';

export interface DecidingPorts {
  /** The identity behind an API token or a JSON web token. */
  readonly identify: (credential: string, caller: Caller) => Promise<Identity | undefined>;
  readonly disableUser: (id: string, actor: Identity) => Promise<unknown>;
  readonly revokeToken: (id: string, actor: Identity) => Promise<unknown>;
  /** Told of every request for a second person that is new or has another state. Never throws, never waits. */
  readonly onApprovalChanged: (id: string) => void;
  /** What the identity behind an API token is by now. */
  readonly tokenNow: (tokenId: string) => Promise<Identity | undefined>;
  /** Called on every node when address rules have changed, to close what is open. */
  readonly onAddressRulesChanged: () => void;
}

/**
 * What people may do, beyond their roles: marked acts, second persons, addresses, own roles, objects, and
 * the review of all that. The server asks `stepUp`, `approvals` and `addressRules` itself.
 */
export function createDeciding(parts: AccessParts, ports: DecidingPorts) {
  const { state, clock, log, audit, secrets, announceEnd, tell, publicUrl } = parts;
  const personOf = createIdentityOf({ state, clock });
  const addressRules = createAddressRules({ state, clock, log, onChange: ports.onAddressRulesChanged });
  const objects = createObjectLevel({ state });
  const approvals = createApprovals({
    state,
    clock,
    log,
    audit,
    seal: secrets,
    identityOf: (userId, tokenId) => (tokenId === null ? personOf(userId, null) : ports.tokenNow(tokenId)),
    onChanged: ports.onApprovalChanged,
    tell,
    publicUrl,
  });
  return {
    approvals,
    addressRules,
    objects,
    stepUp: createStepUp({ state, clock }),
    customRoles: createCustomRoles({ state, clock, announceEnd }),
    authorize: createAuthorize({ audit, objects, rules: addressRules, identify: ports.identify }),
    reviews: createReviews({
      state,
      clock,
      audit,
      revoke: { disableUser: ports.disableUser, revokeToken: ports.revokeToken },
    }),
    start: () => addressRules.start(),
    stop: () => addressRules.stop(),
  };
}
