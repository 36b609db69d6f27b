import type { Labels } from '../../base/labels.ts';
import { isStaleAt, writeStale } from '../promql/stale.ts';
import type { Series } from '../types.ts';
import type { Samples } from './types.ts';

const nothing = new Float64Array(0);
const firstCapacity = 8;

/** What adding a sample came to. */
export type Addition = 'new' | 'same' | 'conflict';

interface Place {
  readonly values: Float64Array;
  readonly index: number;
}

/** Copies one value with the bits of a stale marker, which an assignment may lose. */
function copyValue(from: Float64Array, fromIndex: number, to: Place): void {
  const value = from[fromIndex]!;
  if (value !== value && isStaleAt(from, fromIndex)) writeStale(to.values, to.index);
  else to.values[to.index] = value;
}

function sameValue(a: Place, b: Place): boolean {
  const left = a.values[a.index]!;
  const right = b.values[b.index]!;
  if (left === left || right === right) return left === right;
  return isStaleAt(a.values, a.index) === isStaleAt(b.values, b.index);
}

/**
 * A series with its samples in memory: times in the first half of one array, values in the second, used from
 * `start` to `end`. What `view` gave out never changes: samples are added behind it, or in a new array.
 */
export class ActiveSeries implements Series {
  /** -1 while the catalogue does not have this series. */
  ref = -1;
  readonly id: bigint;
  /** The halves of the id, as they are written to the spool. */
  readonly idLow: number;
  readonly idHigh: number;
  readonly labels: Labels;
  /** Days under which columns know this series. */
  readonly days: number[] = [];
  /** When it was made known, on the monotonic clock. */
  knownSince = 0;
  private data = nothing;
  private capacity = 0;
  private start = 0;
  private end = 0;

  constructor(id: bigint, labels: Labels) {
    this.id = id;
    this.idLow = Number(id & 0xffff_ffffn);
    this.idHigh = Number(id >> 32n);
    this.labels = labels;
  }

  get size(): number {
    return this.end - this.start;
  }

  get bytes(): number {
    return this.capacity * 16;
  }

  /** The time of the newest sample, or minus infinity. */
  get lastMs(): number {
    return this.end > this.start ? this.data[this.end - 1]! : Number.NEGATIVE_INFINITY;
  }

  /** What adding the sample at `index` of the given values would come to. */
  verdict(atMs: number, values: Float64Array, index: number): Addition {
    if (atMs > this.lastMs) return 'new';
    const place = this.placeOf(atMs);
    if (this.data[place] !== atMs) return 'new';
    const held = { values: this.data, index: this.capacity + place };
    return sameValue(held, { values, index }) ? 'same' : 'conflict';
  }

  add(atMs: number, values: Float64Array, index: number): Addition {
    if (atMs > this.lastMs) {
      if (this.end === this.capacity) this.rebuild(this.size + 1);
      this.data[this.end] = atMs;
      copyValue(values, index, { values: this.data, index: this.capacity + this.end });
      this.end += 1;
      return 'new';
    }
    const verdict = this.verdict(atMs, values, index);
    if (verdict !== 'new') return verdict;
    const place = this.placeOf(atMs) - this.start;
    this.rebuild(this.size + 1);
    const { data, capacity } = this;
    data.copyWithin(place + 1, place, this.end);
    data.copyWithin(capacity + place + 1, capacity + place, capacity + this.end);
    data[place] = atMs;
    copyValue(values, index, { values: data, index: capacity + place });
    this.end += 1;
    return 'new';
  }

  /** Puts in what is not there yet of samples in time order; returns how many those were. */
  merge(samples: Samples): number {
    const before = this.size;
    const merged = mergeSamples(this.view(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY), samples);
    const { length } = merged.timestamps;
    if (length === before) return 0;
    const capacity = length + (length >> 2);
    const data = new Float64Array(capacity * 2);
    data.set(merged.timestamps, 0);
    data.set(merged.values, capacity);
    this.data = data;
    this.capacity = capacity;
    this.start = 0;
    this.end = length;
    return length - before;
  }

  /** The samples from `fromMs` to `toMs`, both included, without copying them. */
  view(fromMs: number, toMs: number): Samples {
    const from =
      this.start < this.end && this.data[this.start]! >= fromMs ? this.start : this.placeOf(fromMs);
    const to = toMs >= this.lastMs ? this.end : this.placeAfter(toMs);
    if (from >= to) return { timestamps: nothing, values: nothing };
    return {
      timestamps: this.data.subarray(from, to),
      values: this.data.subarray(this.capacity + from, this.capacity + to),
    };
  }

  /** True when `view` of the range would not be empty. */
  hasBetween(fromMs: number, toMs: number): boolean {
    if (this.lastMs < fromMs) return false;
    const place = this.placeOf(fromMs);
    return place < this.end && this.data[place]! <= toMs;
  }

  /** Forgets samples before `fromMs`; returns how many. Gives memory back when much of it is unused. */
  evict(fromMs: number): number {
    const before = this.start;
    if (this.size > 0 && this.data[this.start]! < fromMs) this.start = this.placeOf(fromMs);
    const evicted = this.start - before;
    if (this.size === 0) this.clear();
    else if (this.capacity > 32 && this.size * 2 < this.capacity) this.rebuild(this.size);
    return evicted;
  }

  clear(): void {
    this.data = nothing;
    this.capacity = 0;
    this.start = 0;
    this.end = 0;
  }

  /** The first place whose time is not before `atMs`. */
  private placeOf(atMs: number): number {
    const { data } = this;
    let low = this.start;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (data[middle]! < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private placeAfter(atMs: number): number {
    const place = this.placeOf(atMs);
    return place < this.end && this.data[place] === atMs ? place + 1 : place;
  }

  /** Moves the samples to the beginning of a new array with room for at least `wanted`. */
  private rebuild(wanted: number): void {
    const { data, capacity, start, end, size } = this;
    // Where nothing was evicted it still grows; otherwise it has about the size that it keeps.
    const spare = start === 0 ? wanted >> 1 : wanted >> 2;
    this.capacity = Math.max(firstCapacity, wanted + spare);
    this.data = new Float64Array(this.capacity * 2);
    this.data.set(data.subarray(start, end), 0);
    this.data.set(data.subarray(capacity + start, capacity + end), this.capacity);
    this.start = 0;
    this.end = size;
  }
}

/** Merges two lists of samples in time order. Where both have a time, `first` counts. */
export function mergeSamples(first: Samples, second: Samples): Samples {
  if (second.timestamps.length === 0) return first;
  if (first.timestamps.length === 0) return second;
  const most = first.timestamps.length + second.timestamps.length;
  const timestamps = new Float64Array(most);
  const values = new Float64Array(most);
  let left = 0;
  let right = 0;
  let at = 0;
  while (left < first.timestamps.length || right < second.timestamps.length) {
    const leftMs = first.timestamps[left] ?? Number.POSITIVE_INFINITY;
    const rightMs = second.timestamps[right] ?? Number.POSITIVE_INFINITY;
    if (leftMs <= rightMs) {
      timestamps[at] = leftMs;
      copyValue(first.values, left, { values, index: at });
      left += 1;
      if (leftMs === rightMs) right += 1;
    } else {
      timestamps[at] = rightMs;
      copyValue(second.values, right, { values, index: at });
      right += 1;
    }
    at += 1;
  }
  return { timestamps: timestamps.subarray(0, at), values: values.subarray(0, at) };
}
