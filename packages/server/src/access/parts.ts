import type { AuditLog } from '../audit/types.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Secrets } from '../storage/secrets/types.ts';
import type { State, StateDb } from '../storage/state/state.ts';
import type { PasswordHasher } from './password-hash.ts';
import type { PasswordCheck } from './passwords/check.ts';
import type { SessionLimits } from './session-rules.ts';
import type { AccessStore } from './store.ts';

import type { Ended, Person, PersonalMessage, SecurityEvent, Tell } from './types.ts';

/** What the parts of this domain share. */
export interface AccessParts {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: AuditLog;
  readonly hasher: PasswordHasher;
  /** What is wrong with a new password. */
  readonly checkPassword: PasswordCheck;
  readonly limits: SessionLimits;
  /** How long a role that asks for a second factor waits for it, ms. */
  readonly graceMs: number;
  /** Ids of the providers whose word about a second factor counts. */
  readonly vouching: ReadonlySet<string>;
  /** Where seeds and private keys are sealed; null where there is no such place. */
  readonly secrets: Secrets | null;
  /** The address of the dashboard as people type it; null while nobody has set one. */
  readonly publicUrl: () => string | null;
  /** Sends a message and says whether it will be told; null where nothing can be sent. */
  readonly send: Tell | null;
  /** Tells a person what has happened to their account. Never throws, never waits. */
  readonly tell: (person: Person, message: PersonalMessage) => void;
  /** Tells those who watch over the installation. Never throws, never waits. */
  readonly raise: (event: SecurityEvent) => void;
  /** Tells every node that somebody's right to be here has ended. Never throws, never waits. */
  readonly announceEnd: (ended: Ended) => void;
  /** Every query of this domain through one handle, such as that of a transaction. */
  readonly store: (handle: StateDb) => AccessStore;
  /** For reading. */
  readonly reads: AccessStore;
  /** For single writes outside a transaction. */
  readonly writes: AccessStore;
}

export type { AccessStore };
