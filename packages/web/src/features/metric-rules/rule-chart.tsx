import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { LinesFigure } from '../../charts/lines/lines-figure.tsx';
import { plotDataOf } from '../../charts/lines/names.ts';
import { gridOf } from '../../charts/lines/series-set.ts';
import { expressionFault, rangeQuery } from '../../data/metrics.ts';
import { explain } from '../../data/problem.ts';
import { useNow } from '../../ui/clock.ts';
import { SkeletonBlock } from '../../ui/states.tsx';
import classes from './metric-rules.module.css';

const hourMs = 3_600_000;
const stepMs = 15_000;
const heightPx = 150;
const widthPx = 420;

/** What an expression gave in the last hour: a line stands where a rule with it would be active. */
export function RuleChart({ expression }: { expression: string }) {
  const now = Math.floor(useNow(stepMs) / stepMs) * stepMs;
  const [zoomed, setZoomed] = useState<{ from: number; to: number } | null>(null);
  const { from, to } = zoomed ?? { from: now - hourMs, to: now };
  const grid = useMemo(() => gridOf({ from, to }, widthPx), [from, to]);
  const query = useQuery(rangeQuery(expression, grid));
  const data = useMemo(
    () =>
      plotDataOf(
        query.data === undefined || query.error !== null
          ? []
          : [{ set: query.data, legend: '', expression, id: '0' }],
        grid,
      ),
    [query.data, query.error, expression, grid],
  );
  const look = useMemo(
    () => ({
      from,
      to,
      height: heightPx,
      unit: 'none' as const,
      stacked: false,
      min: null,
      max: null,
      thresholds: [],
    }),
    [from, to],
  );
  if (query.error !== null) {
    const fault = expressionFault(query.error);
    return (
      <p className={classes['fault']} role="alert">
        {fault === null ? explain(query.error).detail : fault.message}
      </p>
    );
  }
  if (query.data === undefined) return <SkeletonBlock height={heightPx} />;
  return (
    <LinesFigure
      title="The expression in the last hour"
      data={data}
      look={look}
      legend="names"
      onZoom={(start, end) => setZoomed({ from: start, to: end })}
      onReset={() => setZoomed(null)}
    />
  );
}
