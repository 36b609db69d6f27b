import type { SpanView } from '@custos/contract';
import { IconAlertCircle, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { count } from '../../ui/format.ts';
import { inUnit } from '../../ui/units.ts';
import classes from './traces.module.css';
import type { TreeRow } from './tree.ts';

/** Deeper spans are not moved further in: their names would have no room. */
const deepest = 12;
const indentPx = 14;
const narrowest = '3px';

/** One span of a waterfall: its name, how long it took, and a bar where it was in time. */
export function WaterfallRow({
  id,
  row,
  top,
  height,
  durationUs,
  colour,
  folded,
  cursor,
  open,
  onOpen,
  onFold,
}: {
  id: string;
  row: TreeRow<SpanView>;
  top: number;
  height: number;
  /** Length of the trace. */
  durationUs: number;
  colour: string;
  folded: boolean;
  cursor: boolean;
  open: boolean;
  onOpen: () => void;
  onFold: () => void;
}) {
  const { span, depth, below, errorsBelow, orphan } = row;
  const part = (us: number): string => `${durationUs === 0 ? 0 : (us / durationUs) * 100}%`;
  const took = inUnit('milliseconds', span.durationUs / 1000);
  const failed = span.status === 'error';
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={open}
      aria-expanded={below === 0 ? undefined : !folded}
      className={classes['row']}
      style={{ transform: `translateY(${top}px)`, height }}
      data-cursor={cursor || undefined}
      data-open={open || undefined}
      onClick={onOpen}
    >
      <div className={classes['name']} style={{ paddingLeft: Math.min(depth, deepest) * indentPx }}>
        <span
          className={classes['twist']}
          aria-hidden="true"
          onClick={(event) => {
            if (below === 0) return;
            event.stopPropagation();
            onFold();
          }}
        >
          {below === 0 ? null : folded ? <IconChevronRight size={14} /> : <IconChevronDown size={14} />}
        </span>
        <i className={classes['mark']} style={{ background: colour }} />
        {failed ? (
          <>
            <IconAlertCircle className={classes['failed'] ?? ''} size={14} stroke={2} aria-hidden="true" />
            <span className="visually-hidden">Error: </span>
          </>
        ) : null}
        <span className={classes['words']} title={`${span.name} · ${span.service}`}>
          {span.name} <span className={classes['service']}>{span.service}</span>
          {orphan ? <span className={classes['service']}> · parent missing</span> : null}
        </span>
        {folded ? (
          <span className={classes['hidden']}>
            {errorsBelow > 0 ? `${count(errorsBelow, 'error')} in ` : ''}+{below}
          </span>
        ) : null}
      </div>
      <span className={classes['took']}>{took}</span>
      <div className={classes['track']}>
        <i
          className={classes['bar']}
          data-failed={failed || undefined}
          style={{
            left: `min(${part(span.offsetUs)}, calc(100% - ${narrowest}))`,
            width: `max(${narrowest}, ${part(span.durationUs)})`,
            background: colour,
          }}
        />
      </div>
    </div>
  );
}
