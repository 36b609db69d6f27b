import type { AuditLog } from '../../audit/types.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { State, StateDb, StateTx } from '../../storage/state/state.ts';
import type { Identity, Person, PersonalMessage } from '../types.ts';
import type { BodySeal } from './types.ts';

/** What the files of this part share. */
export interface ApprovalParts {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  /** A record that cannot be written means: do not act. */
  readonly audit: AuditLog;
  /** Where bodies lie sealed; null where there is no such place, and then no body can wait. */
  readonly seal: BodySeal<StateTx, StateDb> | null;
  /** Who asked, with what they may do now; undefined when they may do nothing any more. */
  readonly identityOf: (userId: string, tokenId: string | null) => Promise<Identity | undefined>;
  /** Told of every request that is new or has another state. Never throws, never waits. */
  readonly onChanged?: (id: string) => void;
  /** Tells a person something. Never throws, never waits; without it nobody gets letters. */
  readonly tell?: (person: Person, message: PersonalMessage) => void;
  /** The address of the dashboard as people type it; null while nobody has set one. */
  readonly publicUrl?: () => string | null;
}

/** Under which name the body of a request lies sealed. */
export const bodyName = (id: string): string => `approval/${id}/body`;
