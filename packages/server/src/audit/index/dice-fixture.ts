/** Numbers from 0 to 1 that follow from a seed alone (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Choices that follow from a seed alone. */
export interface Dice {
  next(): number;
  pick<T>(from: readonly T[]): T;
  /** Some values far more often than others, as people are. */
  skewed(count: number): number;
  hex(length: number): string;
}

export function dice(seed: number): Dice {
  const next = random(seed);
  return {
    next,
    pick: (from) => from[Math.floor(next() * from.length)] as (typeof from)[number],
    skewed: (count) => Math.floor(next() ** 3 * count),
    hex(length) {
      let text = '';
      while (text.length < length) {
        text += Math.floor(next() * 2 ** 32)
          .toString(16)
          .padStart(8, '0');
      }
      return text.slice(0, length);
    },
  };
}
