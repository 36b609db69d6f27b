import type { PanelView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { rangeQuery } from '../../../data/metrics.ts';
import { SkeletonBlock } from '../../../ui/states.tsx';
import { inUnit } from '../../../ui/units.ts';
import type { BoardContext } from './context.ts';
import { PanelFault } from './fault.tsx';
import classes from './panels.module.css';
import { Sparkline } from './sparkline.tsx';
import { useValues } from './values.ts';

const words = { critical: 'critical', warning: 'high' } as const;

/** How far a value has gone: the gravest threshold that it has reached. */
function levelOf(value: number, thresholds: PanelView['thresholds']): 'critical' | 'warning' | null {
  const reached = thresholds.filter((threshold) => value >= threshold.value).map(({ level }) => level);
  return reached.includes('critical') ? 'critical' : reached.includes('warning') ? 'warning' : null;
}

/** One number, how it came to be below it, and a word when it has reached a threshold. */
export function FigurePanel({
  panel,
  board,
  height,
}: {
  panel: PanelView;
  board: BoardContext;
  height: number;
}) {
  const { values, error, pending, asked, grid } = useValues(panel, board);
  const [first] = asked;
  const course = useQuery({
    ...rangeQuery(first?.expression ?? '', grid),
    enabled: first !== undefined && height > 70,
  });
  if (error !== null) return <PanelFault error={error} />;
  const [value] = values;
  if (value === undefined)
    return pending && first !== undefined ? (
      <SkeletonBlock height={height} />
    ) : (
      <p className={classes['none']}>No data</p>
    );
  const level = levelOf(value.value, panel.thresholds);
  const line = course.data?.lines[0];
  return (
    <div className={classes['figure']} data-level={level ?? undefined}>
      <p>
        <strong>{inUnit(panel.unit, value.value)}</strong>
        {level === null ? null : <span>{words[level]}</span>}
        {values.length > 1 ? <small>the first of {values.length} series</small> : null}
      </p>
      {line === undefined ? null : <Sparkline values={line.values} height={Math.max(12, height - 44)} />}
    </div>
  );
}
