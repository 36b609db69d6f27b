import type { PanelView } from '@custos/contract';
import { ActionIcon } from '@mantine/core';
import { IconChartLine, IconCopy, IconGripVertical, IconPencil, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { gridOf } from '../../../charts/lines/series-set.ts';
import type { Place } from '../layout.ts';
import type { BoardContext } from '../panels/context.ts';
import { PanelBody } from '../panels/panel-body.tsx';
import { filledIn } from '../variables.ts';
import classes from './grid.module.css';
import { bodyPx, rowPx, gapPx } from './sizes.ts';
import { usePlace } from './use-place.ts';

interface PanelActs {
  onPlace(place: Place): void;
  onEdit(): void;
  onDuplicate(): void;
  onRemove(): void;
}

function OpenInMetrics({ panel, board }: { panel: PanelView; board: BoardContext }) {
  const navigate = useNavigate();
  const { from, to, variables, chosen } = board;
  const { stepMs } = gridOf({ from, to }, 1000);
  const q = panel.queries
    .filter(({ expression }) => expression !== '')
    .map(({ expression }) => filledIn(expression, { variables, chosen, stepMs }));
  if (q.length === 0) return null;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={24}
      aria-label={`Open ${panel.title === '' ? 'the panel' : panel.title} in Metrics`}
      title="Open in Metrics"
      onClick={() =>
        void navigate({
          to: '/explore',
          search: {
            q,
            unit: panel.unit === 'none' ? undefined : panel.unit,
            stacked: panel.stacked ? 'yes' : undefined,
            from,
            to,
          },
        })
      }
    >
      <IconChartLine size={15} stroke={1.6} />
    </ActionIcon>
  );
}

/** One panel in its place; with `acts` it can be moved, resized, changed and removed. */
export function PanelFrame({
  panel,
  board,
  acts,
}: {
  panel: PanelView;
  board: BoardContext;
  acts: PanelActs | null;
}) {
  const { x, y, width, height, title } = panel;
  const { dragging, move, resize, onKeyDown } = usePlace(panel, (place) => acts?.onPlace(place));
  const name = title === '' ? `the ${panel.kind}` : title;
  return (
    <article
      className={classes['panel']}
      data-kind={panel.kind}
      data-dragging={dragging || undefined}
      aria-label={title === '' ? panel.kind : title}
      style={{
        gridColumn: `${x + 1} / span ${width}`,
        gridRow: `${y + 1} / span ${height}`,
        minHeight: height * rowPx - gapPx,
      }}
    >
      <header>
        {acts === null ? null : (
          <button
            type="button"
            className={classes['grip']}
            aria-label={`Move ${name}: column ${x + 1}, row ${y + 1}, ${width} wide, ${height} high. Arrow keys move it, with Shift they resize it.`}
            onKeyDown={onKeyDown}
            {...move}
          >
            <IconGripVertical size={15} stroke={1.6} />
          </button>
        )}
        <h2>{title}</h2>
        <div className={classes['acts']}>
          {acts === null ? (
            <OpenInMetrics panel={panel} board={board} />
          ) : (
            <>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={24}
                aria-label={`Change ${name}`}
                onClick={acts.onEdit}
              >
                <IconPencil size={15} stroke={1.6} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={24}
                aria-label={`Duplicate ${name}`}
                onClick={acts.onDuplicate}
              >
                <IconCopy size={15} stroke={1.6} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={24}
                aria-label={`Remove ${name}`}
                onClick={acts.onRemove}
              >
                <IconTrash size={15} stroke={1.6} />
              </ActionIcon>
            </>
          )}
        </div>
      </header>
      <PanelBody panel={panel} board={board} height={bodyPx(height)} />
      {acts === null ? null : <span className={classes['corner']} aria-hidden="true" {...resize} />}
    </article>
  );
}
