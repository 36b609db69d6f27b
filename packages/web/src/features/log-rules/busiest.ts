/** Counts of a step each, one after the other, and the most that any `windowMs` of them hold. */
export function busiest(counts: readonly number[], stepMs: number, windowMs: number): number {
  const width = Math.max(1, Math.round(windowMs / stepMs));
  let sum = 0;
  let most = 0;
  counts.forEach((count, index) => {
    sum += count - (index >= width ? (counts[index - width] ?? 0) : 0);
    most = Math.max(most, sum);
  });
  return most;
}
