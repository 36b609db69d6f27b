import type { RetentionClass } from './types.ts';

/** How long a log keeps its events. Pruning is by prefix, so each class has a log of its own. */
export interface Retention {
  readonly name: RetentionClass;
  /** Days; null keeps for ever. */
  readonly days: number | null;
  readonly title: string;
}

/** The built-in classes, from row L5: application 2 years, security 7 years, audit of money for ever. */
export const retentionClasses: readonly Retention[] = [
  { name: 'general', days: 730, title: 'General, 2 years' },
  { name: 'security', days: 2557, title: 'Security, 7 years' },
  { name: 'financial', days: null, title: 'Financial, for ever' },
];
