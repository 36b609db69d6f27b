import type { PanelView } from '@custos/contract';

export const columns = 12;
const highest = 40;
const lowest = 2;

/** A place on the grid. */
export type Place = Pick<PanelView, 'x' | 'y' | 'width' | 'height'>;

function overlap(one: Place, other: Place): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

const byPlace = (one: PanelView, other: PanelView): number => one.y - other.y || one.x - other.x;

/**
 * Panels that do not lie on each other and leave no empty rows above them: the one with `firstId` stays where it
 * was put as far as it can, and the others make room below.
 */
export function settled(panels: readonly PanelView[], firstId?: string): PanelView[] {
  const first = panels.find(({ id }) => id === firstId);
  const rest = panels.filter((panel) => panel !== first).toSorted(byPlace);
  const placed: PanelView[] = first === undefined ? [] : [first];
  for (const panel of rest) {
    let y = panel.y;
    for (;;) {
      const inWay = placed.find((other) => overlap({ ...panel, y }, other));
      if (inWay === undefined) break;
      y = inWay.y + inWay.height;
    }
    placed.push({ ...panel, y });
  }
  // Then everything rises, from above to below.
  const risen: PanelView[] = [];
  for (const panel of placed.toSorted(byPlace)) {
    let y = panel.y;
    const isFree = (at: number): boolean => !risen.some((other) => overlap({ ...panel, y: at }, other));
    while (y > 0 && isFree(y - 1)) y -= 1;
    risen.push({ ...panel, y });
  }
  return risen;
}

/** A place that is on the grid, of a size that a panel may have. */
export function within({ x, y, width, height }: Place): Place {
  const wide = Math.max(1, Math.min(columns, width));
  return {
    x: Math.max(0, Math.min(columns - wide, x)),
    y: Math.max(0, y),
    width: wide,
    height: Math.max(lowest, Math.min(highest, height)),
  };
}

/** Panels after one of them was put somewhere else, or was made larger or smaller. */
export function moved(panels: readonly PanelView[], id: string, place: Place): PanelView[] {
  return settled(
    panels.map((panel) => (panel.id === id ? { ...panel, ...within(place) } : panel)),
    id,
  );
}

/** The first row below everything. */
export function bottomOf(panels: readonly Place[]): number {
  return Math.max(0, ...panels.map(({ y, height }) => y + height));
}

/** An id that no panel has. */
export function freshId(panels: readonly Pick<PanelView, 'id'>[]): string {
  const taken = new Set(panels.map(({ id }) => id));
  let number = panels.length + 1;
  while (taken.has(`p${number}`)) number += 1;
  return `p${number}`;
}
