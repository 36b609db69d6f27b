import { useMemo, useSyncExternalStore } from 'react';
import { onSchemeChange } from '../palette.ts';
import { lineColour } from './colours.ts';

const scheme = (): string | null => document.documentElement.getAttribute('data-mantine-color-scheme');

/** The colours of the first `amount` lines, in the present scheme. */
export function useLineColours(amount: number): readonly string[] {
  const present = useSyncExternalStore(onSchemeChange, scheme);
  return useMemo(
    // The scheme is what the colours depend on, though they read it themselves.
    () => (present === undefined ? [] : Array.from({ length: amount }, (_, index) => lineColour(index))),
    [amount, present],
  );
}
