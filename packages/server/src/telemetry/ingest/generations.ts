import type { Clock } from '../../base/clock.ts';

export interface GenerationLimits {
  /** Entries of one generation; two are held at most. */
  readonly most: number;
  /** How long a generation takes new entries, ms. */
  readonly turnMs: number;
}

/** Series that send at least once in ten minutes are remembered; the store forgets its own much later. */
export const seriesGenerations: GenerationLimits = { most: 500_000, turnMs: 10 * 60_000 };

/**
 * A memory that forgets what is not asked for: a young and an old generation. What is found in the old one
 * moves to the young one; when that is full, or its time is over, the old one is dropped.
 */
export class Generations<Key, Value> {
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();
  #turnAt: number;
  #turns = 0;
  readonly #clock: Clock;
  readonly #limits: GenerationLimits;

  constructor(clock: Clock, limits: GenerationLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#turnAt = clock.monotonic() + limits.turnMs;
  }

  /** How often something was forgotten so far. */
  get turns(): number {
    return this.#turns;
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.#young.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#limits.most) this.#turn();
    this.#young.set(key, value);
  }

  /** Lets time pass; to be called once in a while, such as for each request. */
  age(): void {
    if (this.#clock.monotonic() >= this.#turnAt) this.#turn();
  }

  #turn(): void {
    this.#turns += 1;
    this.#old = this.#young;
    this.#young = new Map();
    this.#turnAt = this.#clock.monotonic() + this.#limits.turnMs;
  }
}
