import type { Permission, ReachScope } from '@custos/contract';
import type { Identity } from '../types.ts';

/**
 * Words of this part.
 *
 * - **object**: one thing that an act is on, such as a case.
 * - **owners**: the people whose object it is, such as who opened it and who it is assigned to.
 * - **reach**: how far a permission goes: all objects, those of one's teams, or one's own.
 */

export interface ObjectFacts {
  /** User ids. */
  readonly owners: readonly string[];
  /** The team that it belongs to; null for none. */
  readonly team: string | null;
}

/** Which objects somebody may act on; for lists too, as a filter. */
export type ObjectView =
  | { readonly reach: 'all' }
  | { readonly reach: 'none' }
  | { readonly reach: ReachScope; readonly userId: string; readonly teams: readonly string[] };

/** What other domains ask before they show or change an object (OWASP ASVS 5.0, 8.2.2). */
export interface ObjectLevel {
  /** The objects that this permission lets somebody act on at this moment. */
  viewOf(identity: Identity, permission: Permission): Promise<ObjectView>;
  /** True when one of them is this. Who may not act on it should hear that there is no such thing (404). */
  mayActOn(identity: Identity, permission: Permission, object: ObjectFacts): Promise<boolean>;
}
