import type { StateDb } from '../storage/state/state.ts';
import { failureStore } from './failure-store.ts';
import { roleStore } from './role-store.ts';
import { sessionStore } from './session-store.ts';
import { setupStore } from './setup-store.ts';
import type { AccessTables } from './tables.ts';
import { tokenStore } from './token-store.ts';
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
  };
}
