import { useState } from 'react';
import { useNow } from './clock.ts';

/** How often a page that follows the time looks again. */
export const refreshes = {
  off: ['Off', Number.POSITIVE_INFINITY],
  '5s': ['5 s', 5_000],
  '15s': ['15 s', 15_000],
  '1m': ['1 min', 60_000],
  '5m': ['5 min', 300_000],
} as const;
export type RefreshName = keyof typeof refreshes;

/** What an address names; every quarter of a minute when it names none. */
export function refreshOf(name: string | undefined): RefreshName {
  return Object.hasOwn(refreshes, name ?? '') ? (name as RefreshName) : '15s';
}

/** The present in steps of a refresh, ms, which stands still when it is off; `again` takes it forward at once. */
export function useRefreshed(name: RefreshName): { readonly now: number; readonly again: () => void } {
  const [asked, setAsked] = useState(() => Date.now());
  const ticking = useNow(refreshes[name][1]);
  return { now: Math.max(ticking, asked), again: () => setAsked(Date.now()) };
}
