import { useCallback, useState } from 'react';
import { onWidth } from './resize.ts';

/** Answers are asked anew only when the width has changed by this much, px. */
const stepPx = 120;

/** The width of an element, in steps; what a window of usual size has until it is known. */
export function useWidth(): [ref: (element: HTMLElement | null) => (() => void) | undefined, width: number] {
  const [width, setWidth] = useState(() => Math.min(1_200, Math.ceil(window.innerWidth / stepPx) * stepPx));
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    return onWidth(element, (next) => setWidth(Math.max(stepPx, Math.ceil(next / stepPx) * stepPx)));
  }, []);
  return [ref, width];
}
