import { useLayoutEffect, useMemo, useRef, useState } from 'react';

const overscan = 400;

/**
 * Which rows of a long list are near the window, for rows of known height. Returns a ref for the list's
 * box, the height of the whole, and the rows to draw with their offsets.
 */
export function useWindowRows(heights: readonly number[]) {
  const box = useRef<HTMLDivElement>(null);
  const offsets = useMemo(() => {
    let sum = 0;
    const list = heights.map((height) => {
      const offset = sum;
      sum += height;
      return offset;
    });
    return { list, sum };
  }, [heights]);
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
  }, []);

  const rows: { index: number; top: number }[] = [];
  offsets.list.forEach((top, index) => {
    if (top + (heights[index] ?? 0) >= view.top && top <= view.bottom) rows.push({ index, top });
  });
  return { box, total: offsets.sum, rows };
}
