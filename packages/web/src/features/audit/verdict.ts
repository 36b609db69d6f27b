/**
 * How a step ended. `failed`: it contradicts what the log claims. `unknown`: it could not be checked, which
 * proves nothing either way. `absent`: there is nothing to check here, for the reason that is told.
 */
export type StepState = 'running' | 'passed' | 'failed' | 'unknown' | 'absent';

export const stepNames = ['shown', 'leaf', 'key', 'checkpoint', 'inclusion', 'stored', 'receipt'] as const;
export type StepName = (typeof stepNames)[number];

export const stepTitles: Readonly<Record<StepName, string>> = {
  shown: 'What you see is what the log keeps',
  leaf: 'The hash of the entry',
  key: 'The key of the log',
  checkpoint: 'The signed checkpoint',
  inclusion: 'The way from the entry to the checkpoint',
  stored: 'The log’s own copy',
  receipt: 'The receipt',
};

export interface Step {
  readonly name: StepName;
  readonly state: StepState;
  /** What was found, in a sentence. May hold text from the log. */
  readonly text: string;
  /** Hashes and keys, whole. */
  readonly values?: readonly (readonly [string, string])[];
}

/** What the steps come to: one that failed decides, then one that could not be checked. */
export function verdictOf(steps: readonly Step[]): 'verified' | 'failed' | 'unknown' {
  if (steps.some(({ state }) => state === 'failed')) return 'failed';
  return steps.some(({ state }) => state === 'unknown' || state === 'running') ? 'unknown' : 'verified';
}
