import type { ProbeView, StatusChangeView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { TimeChart } from '../../../charts/time-chart.tsx';
import type { Span } from '../../../charts/chart-options.ts';
import { Loaded } from '../../../data/loaded.tsx';
import { latency, measured, valueTitle } from '../../../ui/format.ts';
import { Section } from '../../../ui/page.tsx';
import type { TimeWindow } from '../../../ui/range.ts';
import { SkeletonBlock } from '../../../ui/states.tsx';
import { changesQuery, seriesQuery } from '../queries.ts';
import classes from './detail.module.css';
import { chartedValues, hasLatency, isEmpty } from './values.ts';

/** Periods that were not up, from the changes of status. */
function spansOf(changes: readonly StatusChangeView[], end: number): Span[] {
  return changes.flatMap((change) => {
    const { to, at, durationMs } = change;
    if (to !== 'down' && to !== 'degraded' && to !== 'maintenance') return [];
    return [{ status: to, from: at, to: durationMs === null ? end : at + durationMs }];
  });
}

interface ChartProps {
  probe: ProbeView;
  span: TimeWindow;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
}

function ValueChart({
  probe,
  span,
  value,
  height,
  onZoom,
  onReset,
}: ChartProps & { value: string; height: number }) {
  // No finer than the checks: every interval of the chart holds one, and a gap is a gap.
  const most = Math.floor((span.to - span.from) / (probe.intervalMs * 1.5));
  const points = Math.max(30, Math.min(300, most));
  const query = useQuery(seriesQuery(probe.id, { from: span.from, to: span.to, value, points }));
  const changes = useQuery(changesQuery(probe.id)).data;
  const isLatency = value === 'latency_ms';
  const budget = probe.latencyBudgetMs;
  const spans = useMemo(() => spansOf(changes?.items ?? [], span.to), [changes, span.to]);
  const threshold = useMemo(
    () => (isLatency && budget !== null ? { value: budget, label: `budget ${latency(budget)}` } : null),
    [isLatency, budget],
  );
  return (
    <Loaded query={query} skeleton={<SkeletonBlock height={height + 24} />}>
      {(series) =>
        !isLatency && isEmpty(series) ? null : (
          <TimeChart
            title={isLatency ? 'Response time' : valueTitle(value)}
            series={series}
            format={(amount) => measured(value, amount)}
            height={height}
            binary={value.includes('_bytes')}
            threshold={threshold}
            spans={isLatency ? spans : []}
            onZoom={onZoom}
            onReset={onReset}
          />
        )
      }
    </Loaded>
  );
}

/** The response time, and every value that the kind measures. */
export function Charts(props: ChartProps) {
  const { probe } = props;
  const values = chartedValues(probe);
  return (
    <>
      {hasLatency(probe.kind) ? (
        <Section title="Performance" aside="Drag to zoom, double-click to widen">
          <div className={classes['gap']} />
          <ValueChart {...props} value="latency_ms" height={230} />
        </Section>
      ) : null}
      {values.length === 0 ? null : (
        <Section title="Values">
          <div className={classes['grid']} data-charts>
            {values.map((value) => (
              <ValueChart key={value} {...props} value={value} height={150} />
            ))}
          </div>
        </Section>
      )}
    </>
  );
}
