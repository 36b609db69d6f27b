/**
 * Why something does not verify.
 *
 * - `unreadable`: it is not of its format, so nothing can be said about it
 * - `not_verified`: it is understood and does not prove what it says
 * - `unsupported`: this browser cannot check it
 * - `missing`: the log does not serve what is needed
 * - `behind`: the log shows fewer entries than were seen signed before
 * - `forked`: two signed trees of one log contradict each other
 */
export type ProblemCode = 'unreadable' | 'not_verified' | 'unsupported' | 'missing' | 'behind' | 'forked';

/** Why not, in a code and in a sentence for people. The sentence may hold text from outside: show it as text. */
export interface Problem {
  readonly code: ProblemCode;
  readonly reason: string;
}

/** Thrown inside; the public functions answer with a `Problem`. */
export class LedgerProblem extends Error {
  readonly code: ProblemCode;

  constructor(code: ProblemCode, reason: string) {
    super(reason);
    this.name = 'LedgerProblem';
    this.code = code;
  }
}

export const unreadable = (reason: string): LedgerProblem => new LedgerProblem('unreadable', reason);
export const notVerified = (reason: string): LedgerProblem => new LedgerProblem('not_verified', reason);

/** The problem that was thrown; anything else is a defect and is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof LedgerProblem) return { code: error.code, reason: error.message };
  throw error;
}
