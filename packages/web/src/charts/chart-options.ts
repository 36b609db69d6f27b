import type uPlot from 'uplot';
import { axisLook } from './axis.ts';
import { palette } from './palette.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly status: 'down' | 'degraded' | 'maintenance';
}

export interface ChartLook {
  readonly height: number;
  readonly format: (value: number) => string;
  readonly threshold: { readonly value: number; readonly label: string } | null;
  readonly spans: readonly Span[];
  /** Ticks at powers of two, for bytes. */
  readonly binary: boolean;
  /** Share of failed checks per bucket, drawn as ticks along the bottom. */
  readonly failed: readonly (number | null)[];
  readonly onZoom: (from: number, to: number) => void;
  readonly onHover: (index: number | null) => void;
}

const powersOfTwo = Array.from({ length: 60 }, (_, exponent) => 2 ** exponent);

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** Hours of a day by the clock, midnights and longer steps by the date. */
function timeLabels(ticks: readonly number[]): string[] {
  return ticks.map((tick) => {
    const at = new Date(tick);
    return at.getHours() === 0 && at.getMinutes() === 0 ? date.format(at) : clock.format(at);
  });
}

function faded(colour: string, share: number): string {
  return `color-mix(in srgb, ${colour} ${share * 100}%, transparent)`;
}

/** With this few values each is drawn as a point, so that a short line at the edge can be seen. */
const fewValues = 40;

/** Values that are drawn as points: all when there are few, else those between two gaps, which no line can show. */
export function pointsOf(values: ArrayLike<number | null | undefined>): number[] {
  const missing = (index: number): boolean => values[index] === null || values[index] === undefined;
  const present = Array.from({ length: values.length }, (_, index) => index).filter(
    (index) => !missing(index),
  );
  if (present.length <= fewValues) return present;
  return present.filter((index) => missing(index - 1) && missing(index + 1));
}

/** A threshold up to this many times the highest value is within reach: the scale takes it in. */
const reach = 1.6;

/** The top of the scale: what the data needs, and the threshold when it is near. */
export function scaleTop(highest: number, threshold: number | null): number {
  const needed = threshold !== null && threshold <= highest * reach ? Math.max(highest, threshold) : highest;
  return Math.max(needed, 1e-9) * 1.12;
}

/** Periods that were not up, as soft columns behind the lines. */
function drawSpans(chart: uPlot, spans: readonly Span[]): void {
  const colours = palette();
  const { left, top, width, height } = chart.bbox;
  for (const span of spans) {
    const from = Math.max(left, chart.valToPos(span.from, 'x', true));
    const to = Math.min(left + width, chart.valToPos(span.to, 'x', true));
    if (to <= left || from >= left + width) continue;
    chart.ctx.fillStyle = faded(colours[span.status], 0.13);
    chart.ctx.fillRect(from, top, Math.max(1, to - from), height);
  }
}

function drawThreshold(chart: uPlot, threshold: NonNullable<ChartLook['threshold']>): void {
  const colours = palette();
  const { left, top, width, height } = chart.bbox;
  const scale = window.devicePixelRatio;
  const found = chart.valToPos(threshold.value, 'y', true);
  if (found > top + height) return;
  // Out of reach it is pinned to the upper edge and points on.
  const beyond = found < top;
  const y = beyond ? top + scale : found;
  chart.ctx.save();
  chart.ctx.strokeStyle = colours.degraded;
  chart.ctx.lineWidth = scale;
  chart.ctx.setLineDash([4 * scale, 4 * scale]);
  chart.ctx.beginPath();
  chart.ctx.moveTo(left, y);
  chart.ctx.lineTo(left + width, y);
  chart.ctx.stroke();
  chart.ctx.fillStyle = colours.degraded;
  chart.ctx.font = `${11 * scale}px ui-sans-serif, system-ui, sans-serif`;
  chart.ctx.textAlign = 'left';
  chart.ctx.textBaseline = beyond ? 'top' : 'bottom';
  chart.ctx.fillText(
    beyond ? `${threshold.label} ↑` : threshold.label,
    left + 4 * scale,
    y + (beyond ? 5 : -4) * scale,
  );
  chart.ctx.restore();
}

function drawFailed(chart: uPlot, failed: readonly (number | null)[]): void {
  const colours = palette();
  const times = chart.data[0];
  const scale = window.devicePixelRatio;
  const bottom = chart.bbox.top + chart.bbox.height;
  failed.forEach((part, index) => {
    const time = times[index];
    if (part === null || part === 0 || time === undefined) return;
    const x = chart.valToPos(time, 'x', true);
    const tall = (4 + 8 * part) * scale;
    chart.ctx.fillStyle = colours.down;
    chart.ctx.fillRect(x - scale, bottom - tall, 2 * scale, tall);
  });
}

/** uPlot's options in our look: hairline grid, thresholds as lines, gaps as gaps, zoom by drag, shared crosshair. */
export function chartOptions(width: number, look: ChartLook): uPlot.Options {
  const colours = palette();
  const axis = axisLook();
  return {
    width,
    height: look.height,
    ms: 1,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: 'page', setSeries: false },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
    },
    scales: {
      x: { time: true },
      y: { range: (_, __, max) => [0, scaleTop(max ?? 0, look.threshold?.value ?? null)] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 28, values: (_, ticks) => timeLabels(ticks) },
      {
        ...axis,
        size: 62,
        values: (chart, ticks) => {
          // Without data the scale means nothing.
          const empty = Array.from(chart.data[4] ?? []).every((value) => value === null);
          return ticks.map((tick) => (empty ? '' : tick === 0 ? '0' : look.format(tick)));
        },
        ...(look.binary ? { incrs: powersOfTwo } : {}),
      },
    ],
    series: [
      {},
      { label: 'low', stroke: 'transparent', points: { show: false } },
      { label: 'high', stroke: 'transparent', points: { show: false } },
      { label: 'p95', stroke: faded(colours.accent, 0.55), width: 1, dash: [3, 3], points: { show: false } },
      {
        label: 'average',
        stroke: colours.accent,
        width: 1.6,
        points: {
          show: true,
          size: 4,
          fill: colours.accent,
          filter: (chart) => pointsOf(chart.data[4] ?? []),
        },
      },
    ],
    bands: [{ series: [2, 1], fill: faded(colours.accent, 0.1) }],
    hooks: {
      drawClear: [(chart) => drawSpans(chart, look.spans)],
      draw: [
        (chart) => {
          drawFailed(chart, look.failed);
          if (look.threshold !== null) drawThreshold(chart, look.threshold);
        },
      ],
      setCursor: [(chart) => look.onHover(chart.cursor.idx ?? null)],
      setSelect: [
        (chart) => {
          const { left, width: selected } = chart.select;
          if (selected < 4) return;
          look.onZoom(chart.posToVal(left, 'x'), chart.posToVal(left + selected, 'x'));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}
