import type { Sums } from './uptime.ts';

/**
 * The share of the error budget that is left: 1 when nothing was down, 0 when exactly the promised share
 * was, negative when overspent; null without data. The budget is `1 - target` of everything counted
 * (Google, *Site Reliability Engineering*, chapter 3).
 */
export function errorBudgetLeft({ up, degraded, down }: Sums, target: number): number | null {
  const total = up + degraded + down;
  if (total === 0) return null;
  return 1 - down / total / (1 - target);
}
