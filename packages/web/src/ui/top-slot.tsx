import { useEffect, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';

/** Puts what a page brings, such as its time range, into the top bar. */
export function TopSlot({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useEffect(() => setPlace(document.getElementById('top-slot')), []);
  return place === null ? null : createPortal(children, place);
}
