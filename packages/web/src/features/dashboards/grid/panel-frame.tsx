import type { PanelView } from '@custos/contract';
import {
  IconChartLine,
  IconCopy,
  IconGripVertical,
  IconListSearch,
  IconMaximize,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { gridOf } from '../../../charts/lines/series-set.ts';
import { IconAct } from '../../../ui/icon-act.tsx';
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

const icon = { size: 15, stroke: 1.6 } as const;

/** What a panel shows, where it can be asked on: the expressions in Metrics, the search in Logs. */
function OpenElsewhere({ panel, board, name }: { panel: PanelView; board: BoardContext; name: string }) {
  const navigate = useNavigate();
  const { from, to, variables, chosen } = board;
  if (panel.kind === 'logs')
    return (
      <IconAct
        size={24}
        label={`Open ${name} in Logs`}
        hint="Open in Logs"
        onClick={() =>
          void navigate({
            to: '/logs',
            search: { query: panel.search === '' ? undefined : panel.search, from, to },
          })
        }
      >
        <IconListSearch {...icon} />
      </IconAct>
    );
  const { stepMs } = gridOf({ from, to }, 1000);
  const q = panel.queries
    .filter(({ expression }) => expression !== '')
    .map(({ expression }) => filledIn(expression, { variables, chosen, stepMs }));
  if (q.length === 0) return null;
  return (
    <IconAct
      size={24}
      label={`Open ${name} in Metrics`}
      hint="Open in Metrics"
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
      <IconChartLine {...icon} />
    </IconAct>
  );
}

/** One panel in its place; with `acts` it can be moved, resized, changed and removed. */
export function PanelFrame({
  panel,
  board,
  acts,
  onEnlarge,
}: {
  panel: PanelView;
  board: BoardContext;
  acts: PanelActs | null;
  /** Null where it is large, or cannot be. */
  onEnlarge: (() => void) | null;
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
            <>
              <OpenElsewhere panel={panel} board={board} name={name} />
              {onEnlarge === null ? null : (
                <IconAct size={24} label={`Enlarge ${name}`} hint="Enlarge" onClick={onEnlarge}>
                  <IconMaximize {...icon} />
                </IconAct>
              )}
            </>
          ) : (
            <>
              <IconAct size={24} label={`Change ${name}`} hint="Change" onClick={acts.onEdit}>
                <IconPencil {...icon} />
              </IconAct>
              <IconAct size={24} label={`Duplicate ${name}`} hint="Duplicate" onClick={acts.onDuplicate}>
                <IconCopy {...icon} />
              </IconAct>
              <IconAct size={24} label={`Remove ${name}`} hint="Remove" onClick={acts.onRemove}>
                <IconTrash {...icon} />
              </IconAct>
            </>
          )}
        </div>
      </header>
      <PanelBody panel={panel} board={board} height={bodyPx(height)} />
      {acts === null ? null : <span className={classes['corner']} aria-hidden="true" {...resize} />}
    </article>
  );
}
