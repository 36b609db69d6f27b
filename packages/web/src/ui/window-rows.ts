import { useLayoutEffect, useMemo, useState, type RefObject } from 'react';

const overscan = 400;
/** A list as short as this is drawn whole: nothing is blank when it is scrolled fast, printed or captured. */
const shortList = 40;

/** Where each row begins, and where the last one ends. */
function offsetsOf(heights: readonly number[]): { readonly list: readonly number[]; readonly sum: number } {
  const list: number[] = [];
  let sum = 0;
  for (const height of heights) {
    list.push(sum);
    sum += height;
  }
  return { list, sum };
}

/**
 * Which rows of a long list, in `box`, are near the window, for rows of known height. Returns the height of the whole, and the rows to draw with their offsets.
 */
export function useWindowRows(box: RefObject<HTMLElement | null>, heights: readonly number[]) {
  const offsets = useMemo(() => offsetsOf(heights), [heights]);
  const [view, setView] = useState({ top: 0, bottom: 1600 });

  useLayoutEffect(() => {
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      const top = -(box.current?.getBoundingClientRect().top ?? 0);
      // In steps, so that scrolling draws again only every so often.
      const step = overscan / 2;
      const from = Math.floor(top / step) * step;
      const next = { top: from - overscan, bottom: from + window.innerHeight + overscan + step };
      setView((now) => (now.top === next.top && now.bottom === next.bottom ? now : next));
    };
    const later = (): void => {
      if (frame === 0) frame = requestAnimationFrame(measure);
    };
    measure();
    window.addEventListener('scroll', later, { passive: true });
    window.addEventListener('resize', later);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('scroll', later);
      window.removeEventListener('resize', later);
    };
  }, [box]);

  const rows: { index: number; top: number }[] = [];
  const whole = heights.length <= shortList;
  offsets.list.forEach((top, index) => {
    if (whole || (top + (heights[index] ?? 0) >= view.top && top <= view.bottom)) rows.push({ index, top });
  });
  return { total: offsets.sum, rows };
}
