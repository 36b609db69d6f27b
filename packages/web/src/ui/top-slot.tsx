import { useSyncExternalStore, type ReactNode } from 'react';
import { createPortal } from 'react-dom';

function never(): () => void {
  return () => undefined;
}

/** Puts what a page brings, such as its time range, into the top bar. */
export function TopSlot({ children }: { children: ReactNode }) {
  // The bar is made in the same commit as the page, so it is there when React looks again after it.
  const place = useSyncExternalStore(never, () => document.getElementById('top-slot'));
  return place === null ? null : createPortal(children, place);
}
