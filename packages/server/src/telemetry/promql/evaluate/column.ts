import { executionError } from '../errors.ts';
import { dropMetricName, type LabelSet } from '../label-set.ts';

/** The times at which an expression is evaluated: `count` of them, `stepMs` apart. */
export interface Steps {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

export const timeOf = (steps: Steps, index: number): number => steps.startMs + index * steps.stepMs;

/** One series of an instant vector over all steps: `values[i]` counts only where `present[i]` is 1. */
export interface Column {
  readonly labels: LabelSet;
  /** The metric name is to go when the query ends (see `delayedNameRemoval`). */
  readonly dropName: boolean;
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

export function emptyColumn(labels: LabelSet, count: number, dropName = false): Column {
  return { labels, dropName, values: new Float64Array(count), present: new Uint8Array(count) };
}

/** Doubles that are allocated at once; an array of its own for each of many series costs more than its work. */
const slabLength = 8_192;

/** Hands out empty columns of one length, many of which share memory. */
export interface ColumnMaker {
  make(labels: LabelSet, dropName?: boolean): Column;
  /** Takes the last one back, which must be empty still. */
  discard(): void;
}

export function createColumnMaker(count: number): ColumnMaker {
  let values = new Float64Array(0);
  let present = new Uint8Array(0);
  let next = 0;
  return {
    make(labels, dropName = false) {
      if (next + count > values.length) {
        const length = Math.max(1, Math.floor(slabLength / count)) * count;
        values = new Float64Array(length);
        present = new Uint8Array(length);
        next = 0;
      }
      const from = next;
      next += count;
      return { labels, dropName, values: values.subarray(from, next), present: present.subarray(from, next) };
    },
    discard() {
      next -= count;
    },
  };
}

export const hasSamples = (column: Column): boolean => column.present.includes(1);

export const sameLabelset = (): Error =>
  executionError('vector cannot contain metrics with the same labelset');

/**
 * Joins columns that have come to carry the same labels. At one step only one of them may have a value.
 *
 * @throws PromqlError `execution` when two of them have.
 */
export function joinSameLabels(columns: readonly Column[]): readonly Column[] {
  const byKey = new Map<string, Column>();
  let joined = false;
  for (const column of columns) {
    // Where one of them is still to lose its name they are not the same in the end.
    const key = `${Number(column.dropName)}${column.labels.key}`;
    const known = byKey.get(key);
    if (known === undefined) {
      byKey.set(key, column);
      continue;
    }
    joined = true;
    const values = known.values.slice();
    const present = known.present.slice();
    for (let step = 0; step < present.length; step += 1) {
      if (column.present[step] === 0) continue;
      if (present[step] === 1) throw sameLabelset();
      present[step] = 1;
      values[step] = column.values[step]!;
    }
    byKey.set(key, { labels: known.labels, dropName: known.dropName, values, present });
  }
  return joined ? [...byKey.values()] : columns;
}

/** Throws when two columns carry the same labels, at whatever steps. */
export function refuseSameLabels(columns: readonly Column[]): readonly Column[] {
  const keys = new Set(columns.map((column) => column.labels.key));
  if (keys.size !== columns.length) throw sameLabelset();
  return columns;
}

/** Takes the metric name off, now or, with delayed removal, when the query ends. */
export function withoutName(
  of: { readonly labels: LabelSet; readonly dropName: boolean },
  delayed: boolean,
): { readonly labels: LabelSet; readonly dropName: boolean } {
  return delayed
    ? { labels: of.labels, dropName: true }
    : { labels: dropMetricName(of.labels), dropName: false };
}

/** Repeats the only step of `columns` over `count` steps. */
export function repeat(columns: readonly Column[], count: number): readonly Column[] {
  return columns.map(({ labels, dropName, values, present }) => ({
    labels,
    dropName,
    values: new Float64Array(count).fill(values[0]!),
    present: new Uint8Array(count).fill(present[0]!),
  }));
}
