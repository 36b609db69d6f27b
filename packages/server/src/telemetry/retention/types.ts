import { logCategories, type LogCategory } from '@custos/contract';

/**
 * Words of this part.
 *
 * - **kind**: what is kept for its own time: metrics, their rollups, traces, and each category of logs.
 * - **budget**: bytes that everything in columns may take together.
 * - **held**: under a legal hold; nothing of it goes, by time or budget.
 */

export type StoredKind = 'metrics' | 'rollups' | 'traces' | LogCategory;

export const storedKinds: readonly StoredKind[] = ['metrics', 'rollups', 'traces', ...logCategories];

const categories: readonly string[] = logCategories;
export const isLogs = (kind: string): kind is LogCategory => categories.includes(kind);

/**
 * In which order kinds give way when the budget is used up. Rollups outlast the samples that they are of; what
 * people are accountable for comes last, and audit never.
 */
export const givingWay: readonly StoredKind[] = [
  'debug',
  'performance',
  'traces',
  'metrics',
  'rollups',
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
