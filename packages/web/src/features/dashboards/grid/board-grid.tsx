import type { PanelView } from '@custos/contract';
import { useState } from 'react';
import { freshId, bottomOf, moved, settled, type Place } from '../layout.ts';
import type { BoardContext } from '../panels/context.ts';
import classes from './grid.module.css';
import { PanelFrame } from './panel-frame.tsx';

/** All panels in their places, above to below; on a phone one under the other. */
export function BoardGrid({
  panels,
  board,
  onChange,
  onEdit,
  onEnlarge,
}: {
  panels: readonly PanelView[];
  board: BoardContext;
  /** Null while they are only looked at. */
  onChange: ((panels: PanelView[]) => void) | null;
  onEdit: (id: string) => void;
  onEnlarge?: (id: string) => void;
}) {
  const [told, setTold] = useState('');
  // The order of the tree is that of reading, also for keyboards and screen readers.
  const ordered = panels.toSorted((one, other) => one.y - other.y || one.x - other.x);
  const place = (panel: PanelView, to: Place): void => {
    const next = moved(panels, panel.id, to);
    const now = next.find(({ id }) => id === panel.id) ?? panel;
    setTold(`Column ${now.x + 1}, row ${now.y + 1}, ${now.width} wide, ${now.height} high`);
    onChange?.(next);
  };
  return (
    <div
      className={classes['grid']}
      data-grid
      data-editing={onChange !== null || undefined}
      data-large={board.large || undefined}
    >
      {ordered.map((panel) => (
        <PanelFrame
          key={panel.id}
          panel={panel}
          board={board}
          onEnlarge={onEnlarge === undefined || panel.kind === 'text' ? null : () => onEnlarge(panel.id)}
          acts={
            onChange === null
              ? null
              : {
                  onPlace: (to) => place(panel, to),
                  onEdit: () => onEdit(panel.id),
                  onDuplicate: () =>
                    onChange([...panels, { ...panel, id: freshId(panels), x: 0, y: bottomOf(panels) }]),
                  onRemove: () => onChange(settled(panels.filter(({ id }) => id !== panel.id))),
                }
          }
        />
      ))}
      <p className="visually-hidden" role="status">
        {told}
      </p>
    </div>
  );
}
