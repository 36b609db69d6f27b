import { writeStale } from '../promql/stale.ts';
import type { SampleBatch, Series } from '../types.ts';

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Gathers the samples of one batch as columns, without an object for each. */
export class SampleColumns {
  readonly #series: Series[] = [];
  #times: Float64Array;
  #values: Float64Array;
  #words: Uint32Array;
  #length = 0;

  /** `expected` samples fit without growing. */
  constructor(expected = 256) {
    const size = Math.max(16, Math.ceil(expected));
    this.#times = new Float64Array(size);
    this.#values = new Float64Array(size);
    this.#words = new Uint32Array(this.#values.buffer);
  }

  get length(): number {
    return this.#length;
  }

  add(series: Series, timeMs: number, value: number): void {
    const at = this.#place(series, timeMs);
    this.#values[at] = value;
  }

  /** Adds a sample by the two halves of its double, so that the bits of a NaN survive. */
  addBits(series: Series, timeMs: number, bits: { readonly low: number; readonly high: number }): void {
    const at = this.#place(series, timeMs) * 2;
    this.#words[littleEndian ? at : at + 1] = bits.low;
    this.#words[littleEndian ? at + 1 : at] = bits.high;
  }

  addStale(series: Series, timeMs: number): void {
    const at = this.#place(series, timeMs);
    writeStale(this.#values, at);
  }

  /** The newest time among the samples from place `from` on. */
  newestSince(from: number): number {
    let newest = -Infinity;
    for (let at = from; at < this.#length; at += 1) newest = Math.max(newest, this.#times[at]!);
    return newest;
  }

  batch(): SampleBatch {
    return {
      series: this.#series,
      times: this.#times.subarray(0, this.#length),
      values: this.#values.subarray(0, this.#length),
    };
  }

  #place(series: Series, timeMs: number): number {
    const at = this.#length;
    if (at === this.#times.length) this.#grow();
    this.#series.push(series);
    this.#times[at] = timeMs;
    this.#length = at + 1;
    return at;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    // Copied as words: copying doubles may quieten a NaN.
    const words = new Uint32Array(this.#words.length * 2);
    words.set(this.#words);
    this.#times = times;
    this.#words = words;
    this.#values = new Float64Array(words.buffer);
  }
}
