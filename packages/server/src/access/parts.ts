import type { AuditLog } from '../audit/types.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { State } from '../storage/state/state.ts';
import type { PasswordHasher } from './password-hash.ts';
import type { SessionLimits } from './session-rules.ts';
import type { AccessStore } from './store.ts';
import type { Ended } from './types.ts';

/** What the parts of this domain share. */
export interface AccessParts {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: AuditLog;
  readonly hasher: PasswordHasher;
  readonly limits: SessionLimits;
  /** Tells every node that somebody's right to be here has ended. Never throws, never waits. */
  readonly announceEnd: (ended: Ended) => void;
  /** For reading. */
  readonly reads: AccessStore;
  /** For single writes outside a transaction. */
  readonly writes: AccessStore;
}
