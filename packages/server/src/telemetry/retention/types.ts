import { logCategories, type LogCategory } from '@custos/contract';

/**
 * Words of this part.
 *
 * - **kind**: what is kept for its own time: metrics, traces, and each category of logs.
 * - **budget**: bytes that everything in columns may take together.
 * - **held**: under a legal hold; nothing of it goes, by time or budget.
 */

export type StoredKind = 'metrics' | 'traces' | LogCategory;

export const storedKinds: readonly StoredKind[] = ['metrics', 'traces', ...logCategories];

/**
 * In which order kinds give way when the budget is used up. What people are accountable for comes last, and
 * audit never.
 */
export const givingWay: readonly StoredKind[] = [
  'debug',
  'performance',
  'traces',
  'metrics',
  'application',
  'security',
];

/** What is stored of one kind and one day (UTC): the least that is dropped. */
export interface StoredDay {
  readonly kind: StoredKind;
  readonly table: string;
  readonly partitionId: string;
  /** Such as `2026-11-21`. */
  readonly day: string;
  readonly rows: number;
  /** Compressed, on disk. */
  readonly bytes: number;
  readonly uncompressedBytes: number;
  /** Milliseconds since the epoch. */
  readonly oldest: number;
  readonly newest: number;
}

/** Something that the budget made Custos drop. */
export interface Dropped {
  readonly at: number;
  readonly kind: StoredKind;
  readonly day: string;
  readonly bytes: number;
  readonly why: string;
}
