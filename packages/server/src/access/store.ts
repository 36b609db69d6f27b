import type { StateDb } from '../storage/state/state.ts';
import { deviceStore } from './device-store.ts';
import { factorStore } from './factors/factor-store.ts';
import { failureStore } from './failure-store.ts';
import { linkStore } from './links/link-store.ts';
import { externalStore } from './oidc/external-store.ts';
import { roleStore } from './role-store.ts';
import { sessionStore } from './session-store.ts';
import { setupStore } from './setup-store.ts';
import type { AccessTables } from './tables.ts';
import { sprayStore } from './spray-store.ts';
import { ticketStore } from './ticket-store.ts';
import { tokenStore } from './token-store.ts';
import { jwtKeyStore } from './tokens-jwt/key-store.ts';
import { userStore } from './user-store.ts';

export type AccessStore = ReturnType<typeof accessStore>;

/** Every query of this domain, through one handle: for reads, for single writes, or in a transaction. */
export function accessStore(handle: StateDb) {
  const db = handle.withTables<AccessTables>();
  return {
    ...roleStore(db),
    ...userStore(db),
    ...setupStore(db),
    ...sessionStore(db),
    ...tokenStore(db),
    ...failureStore(db),
    ...sprayStore(db),
    ...ticketStore(db),
    ...deviceStore(db),
    ...factorStore(db),
    ...externalStore(db),
    ...linkStore(db),
    ...jwtKeyStore(db),
  };
}
