import './safe-language.ts';
import 'uplot/dist/uPlot.min.css';
import type { SeriesView } from '@custos/contract';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import uPlot from 'uplot';
import { share } from '../ui/format.ts';
import { absolute } from '../ui/time.tsx';
import { chartOptions, type ChartLook, type Span } from './chart-options.ts';
import { onSchemeChange } from './palette.ts';
import { onWidth } from './resize.ts';
import classes from './time-chart.module.css';

function dataOf(series: SeriesView): uPlot.AlignedData {
  return [series.times, series.minimum, series.maximum, series.p95, series.average];
}

function summary(title: string, series: SeriesView, format: (value: number) => string): string {
  const measured = series.average.filter((value) => value !== null);
  const high = series.maximum.filter((value) => value !== null);
  if (measured.length === 0) return `${title}: no data in this time`;
  const mean = measured.reduce((sum, value) => sum + value, 0) / measured.length;
  return `${title}: average ${format(mean)}, at most ${format(Math.max(...high))}, ${series.times.length - measured.length} of ${series.times.length} intervals without data`;
}

/** When the data begins, if that is well after the time that is shown does; null otherwise. */
function lateStart(series: SeriesView): number | null {
  const first = series.average.findIndex((value) => value !== null);
  return first > series.average.length * 0.1 ? (series.times[first] ?? null) : null;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const dayMs = 86_400_000;

/** A start by the clock within a day, else by the date. */
function startWords(at: number, { times }: SeriesView): string {
  const span = (times.at(-1) ?? at) - (times[0] ?? at);
  return span <= dayMs * 1.1 ? clock.format(at) : absolute(at);
}

/**
 * A value over time: average, 95th percentile and range. No data is a gap, not zero; dragging zooms and a
 * double click widens again; the crosshair is shared by every chart of the page.
 */
export function TimeChart({
  title,
  series,
  format,
  height = 220,
  binary = false,
  threshold = null,
  spans = [],
  onZoom,
  onReset,
}: {
  title: string;
  series: SeriesView;
  format: (value: number) => string;
  height?: number;
  /** True for bytes. */
  binary?: boolean;
  threshold?: ChartLook['threshold'];
  spans?: readonly Span[];
  onZoom?: (from: number, to: number) => void;
  onReset?: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const zoom = useEffectEvent((from: number, to: number) => onZoom?.(from, to));
  const inWords = useEffectEvent((value: number) => format(value));

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    let chart: uPlot | undefined;
    let width = 0;
    const make = (): void => {
      chart?.destroy();
      if (width === 0) return;
      chart = new uPlot(
        chartOptions(width, {
          height,
          binary,
          threshold,
          spans,
          failed: series.failed,
          format: (value) => inWords(value),
          onZoom: (from, to) => zoom(from, to),
          onHover: setHovered,
        }),
        dataOf(series),
        element,
      );
    };
    const stops = [
      onWidth(element, (next) => {
        width = Math.floor(next);
        if (chart === undefined) make();
        else chart.setSize({ width, height });
      }),
      onSchemeChange(make),
    ];
    width = Math.floor(element.clientWidth);
    make();
    return () => {
      for (const stop of stops) stop();
      chart?.destroy();
    };
  }, [series, threshold, spans, height, binary]);

  const at = (column: readonly (number | null)[]): string => {
    const value = hovered === null ? null : column[hovered];
    return value === null || value === undefined ? '–' : format(value);
  };
  const time = hovered === null ? undefined : series.times[hovered];
  const failed = hovered === null ? null : (series.failed[hovered] ?? null);
  const none = series.average.every((value) => value === null);

  const late = lateStart(series);

  return (
    <figure className={classes['chart']}>
      <figcaption>
        <strong>
          {title}
          {late === null ? null : <small>data since {startWords(late, series)}</small>}
        </strong>
        <span className={classes['readout']}>
          {time === undefined ? (
            <>
              <i data-line="average" /> average <i data-line="p95" /> 95th percentile <i data-line="range" />{' '}
              range
            </>
          ) : (
            <>
              {absolute(time)} · average {at(series.average)} · p95 {at(series.p95)} · {at(series.minimum)} to{' '}
              {at(series.maximum)}
              {failed === null || failed === 0 ? '' : ` · ${share(failed)} failed`}
            </>
          )}
        </span>
      </figcaption>
      <div
        ref={box}
        className={classes['plot']}
        style={{ height }}
        role="img"
        aria-label={summary(title, series, format)}
        onDoubleClick={onReset}
      />
      {none ? <p className={classes['none']}>No data in this time</p> : null}
    </figure>
  );
}
