import type { Permission } from '@custos/contract';
import { isAdministrator } from './grants.ts';

/**
 * Who must have a second factor, and from when. Roles that administer users or the installation ask for
 * one unless somebody decided otherwise; other roles when somebody decided so (OWASP ASVS 5.0, 6.3.3).
 */
export interface Duty {
  readonly required: boolean;
  /** From when on nothing else is possible without one, ms; null when it is not required. */
  readonly requiredFrom: number | null;
}

/** The start of the second week: who has just got such a role has seven days. */
export const defaultGraceMs = 7 * 86_400_000;

export interface DutyFacts {
  readonly permissions: ReadonlySet<Permission>;
  /** What was decided for the role; null while it follows from the permissions. */
  readonly secondFactor: boolean | null;
  /** When that was decided, ms. */
  readonly secondFactorSince: number;
  /** Since when the person has the role, ms. */
  readonly roleSince: number;
}

export function dutyOf(facts: DutyFacts, graceMs: number): Duty {
  const required = facts.secondFactor ?? isAdministrator(facts.permissions);
  if (!required) return { required, requiredFrom: null };
  return { required, requiredFrom: Math.max(facts.roleSince, facts.secondFactorSince) + graceMs };
}

/** True when a session may do nothing but set up a second factor. */
export function isRestricted(duty: Duty, secondFactorAt: number | null, now: number): boolean {
  return secondFactorAt === null && duty.requiredFrom !== null && now >= duty.requiredFrom;
}
