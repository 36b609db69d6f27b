import type { ReviewDecision } from '@custos/contract';

/**
 * Words of this part.
 *
 * - **review**: the list of who has what in one quarter, decided line by line and signed.
 * - **line**: one person or API token with what it holds; written when the review begins and not changed.
 * - **decision**: keep, or revoke, which acts at once.
 * - **document**: what was signed, as text; its SHA-256 is in the audit log.
 */

export interface StoredReview {
  readonly id: string;
  readonly period: string;
  readonly state: 'open' | 'signed';
  readonly startedBy: string;
  readonly startedAt: number;
  readonly dueAt: number;
  readonly signedBy: string | null;
  readonly signedAt: number | null;
  readonly digest: string | null;
}

export interface StoredLine {
  readonly id: string;
  readonly review: string;
  readonly kind: 'user' | 'token';
  /** Id of the user or token. */
  readonly subject: string;
  /** The user, or the owner of the token. */
  readonly owner: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly teams: readonly string[];
  readonly disabled: boolean;
  readonly lastUsedAt: number | null;
  readonly decision: ReviewDecision | null;
  readonly note: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
}
