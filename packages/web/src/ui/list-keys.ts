import { useHotkeys } from '@mantine/hooks';
import { useEffect, useState } from 'react';

/** j and k move through a list, Enter or o opens, x selects. */
export function useListKeys({
  count,
  onOpen,
  onSelect,
}: {
  count: number;
  onOpen: (index: number) => void;
  onSelect: (index: number) => void;
}) {
  const [cursor, setCursor] = useState(-1);
  const move = (by: number): void => setCursor((now) => Math.min(count - 1, Math.max(0, now + by)));
  useHotkeys([
    ['j', () => move(1)],
    ['k', () => move(-1)],
    ['o', () => onOpen(cursor)],
    ['x', () => onSelect(cursor)],
  ]);
  useEffect(() => {
    if (cursor < 0) return;
    const row = document.querySelector(`[data-row="${cursor}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    row?.querySelector('button')?.focus({ preventScroll: true });
  }, [cursor]);
  return { cursor, setCursor };
}
