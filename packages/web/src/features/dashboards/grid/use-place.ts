import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { columns, type Place } from '../layout.ts';
import { rowPx } from './sizes.ts';

type How = 'move' | 'resize';

interface Drag {
  readonly how: How;
  readonly start: Place;
  readonly x: number;
  readonly y: number;
  readonly columnPx: number;
}

function shifted(place: Place, { how, dx, dy }: { how: How; dx: number; dy: number }): Place {
  return how === 'move'
    ? { ...place, x: place.x + dx, y: place.y + dy }
    : { ...place, width: place.width + dx, height: place.height + dy };
}

const arrows: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Moves and resizes a panel: by dragging, or with the arrow keys, which resize together with Shift. */
export function usePlace(place: Place, onPlace: (place: Place) => void) {
  const drag = useRef<Drag | null>(null);
  const [dragging, setDragging] = useState(false);
  const pointer = (how: How) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      const grid = event.currentTarget.closest('[data-grid]');
      if (grid === null) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = {
        how,
        start: place,
        x: event.clientX,
        y: event.clientY + window.scrollY,
        columnPx: grid.clientWidth / columns,
      };
      setDragging(true);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const { current } = drag;
      if (current === null) return;
      const dx = Math.round((event.clientX - current.x) / current.columnPx);
      const dy = Math.round((event.clientY + window.scrollY - current.y) / rowPx);
      const next = shifted(current.start, { how: current.how, dx, dy });
      if (
        next.x !== place.x ||
        next.y !== place.y ||
        next.width !== place.width ||
        next.height !== place.height
      )
        onPlace(next);
    },
    onPointerUp: () => {
      drag.current = null;
      setDragging(false);
    },
    onPointerCancel: () => {
      drag.current = null;
      setDragging(false);
    },
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const arrow = arrows[event.key];
    if (arrow === undefined) return;
    event.preventDefault();
    const [dx, dy] = arrow;
    onPlace(shifted(place, { how: event.shiftKey ? 'resize' : 'move', dx, dy }));
  };
  return { dragging, move: pointer('move'), resize: pointer('resize'), onKeyDown };
}
