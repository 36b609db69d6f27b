/** Numbers from 0 to 1 that follow from a seed alone (mulberry32), so that a failing storm can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of a fault suite: `CUSTOS_TEST_SEED`, or a new one. Suites say theirs when they begin. */
export function chooseSeed(): number {
  return Number(process.env['CUSTOS_TEST_SEED'] ?? Math.floor(Math.random() * 1e9));
}
