import '../safe-language.ts';
import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';
import { inUnit, isBinary, type Unit } from '../../ui/units.ts';
import { axisLook } from '../axis.ts';
import { onSchemeChange, palette } from '../palette.ts';
import { onWidth } from '../resize.ts';
import { painterFor, type Painter } from './beside.ts';
import { lineColour } from './colours.ts';
import { paintLines, stackOf, type Painting } from './paint.ts';
import { scaleOf } from './scale.ts';
import type { Grid } from './series-set.ts';

/** A line as a chart shows it. */
export interface ChartLine {
  /** The same from one look to the next. */
  readonly key: string;
  readonly name: string;
  readonly values: Float64Array;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly last: number;
}

export interface PlotData {
  readonly grid: Grid;
  readonly lines: readonly ChartLine[];
}

export interface PlotLook {
  /** What is shown, ms; the data may end before. */
  readonly from: number;
  readonly to: number;
  readonly height: number;
  readonly unit: Unit;
  readonly stacked: boolean;
  readonly min: number | null;
  readonly max: number | null;
  readonly thresholds: readonly { readonly value: number; readonly level: 'warning' | 'critical' }[];
}

/** What is under the pointer: the step, and the line that is nearest to it. */
export interface Hovered {
  readonly index: number;
  readonly line: number | null;
}

interface PlotEvents {
  onHover(hovered: Hovered | null): void;
  onZoom(from: number, to: number): void;
}

export interface Plot {
  /** Shows other lines, or the same in another way; what was painted stays until the new is. */
  set(data: PlotData, look: PlotLook): void;
  /** Shows only these lines, by index; the rest keep their colours. `lit` is drawn before the others. */
  show(lines: readonly number[], lit: number | null): void;
  destroy(): void;
}

/** Times to the second do not touch each other. */
const tickPx = 76;
/** A line is under the pointer within this distance, px. */
const reachPx = 28;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const toTheSecond = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const powersOfTwo = Array.from({ length: 70 }, (_, exponent) => 2 ** (exponent - 5));

function timeLabels(ticks: readonly number[]): string[] {
  const fine = (ticks[1] ?? 60_000) - (ticks[0] ?? 0) < 60_000;
  return ticks.map((tick) => {
    const at = new Date(tick);
    if (fine) return toTheSecond.format(at);
    return at.getHours() === 0 && at.getMinutes() === 0 ? date.format(at) : clock.format(at);
  });
}

function layer(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.style.position = 'absolute';
  canvas.style.pointerEvents = 'none';
  return canvas;
}

/** Lays a canvas over the part of the chart that lines are in. */
function place(
  canvas: HTMLCanvasElement,
  { bbox }: uPlot,
  { view: { width, height, scale } }: Painting,
): void {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  Object.assign(canvas.style, {
    left: `${bbox.left / scale}px`,
    top: `${bbox.top / scale}px`,
    width: `${width / scale}px`,
    height: `${height / scale}px`,
  });
}

/**
 * Lines over time in `element`. Axes, crosshair and zoom are uPlot's; the lines themselves are painted on a
 * canvas over it, beside the page when they are many, so that nothing waits for them.
 */
export function makePlot(
  element: HTMLElement,
  start: { readonly data: PlotData; readonly look: PlotLook; readonly events: PlotEvents },
): Plot {
  const { events } = start;
  let { data, look } = start;
  let values: readonly Float64Array[] = [];
  let painter: Painter | null = null;
  let shown: readonly number[] = [];
  let lit: number | null = null;
  let stacks: ReadonlyMap<number, Float64Array> | undefined;
  let range: readonly [number, number] = [0, 1];
  let chart: uPlot | undefined;
  const canvas = layer();
  /** Only the line that is lit: what is below need not be painted anew. */
  const upper = layer();
  let frame = 0;
  let busy = false;
  let again = false;
  let over = false;

  function take(): void {
    painter?.drop();
    values = data.lines.map((line) => line.values);
    painter = painterFor(values);
    shown = data.lines.map((_, index) => index);
  }

  function measure(): void {
    const taken = shown.flatMap((index) => data.lines[index] ?? []);
    range = scaleOf(taken, look);
    stacks = look.stacked ? stackOf(values, shown) : undefined;
  }

  function times(): number[] {
    const { grid } = data;
    const length = values[0]?.length ?? 0;
    if (length === 0) return [look.from, look.to];
    return Array.from({ length }, (_, index) => grid.from + index * grid.stepMs);
  }

  function painting(of: uPlot): Painting {
    const [bottom, top] = range;
    const { grid } = data;
    const { width, height } = of.bbox;
    return {
      view: {
        width: Math.max(1, Math.round(width)),
        height: Math.max(1, Math.round(height)),
        scale: devicePixelRatio,
        left: (look.from - grid.from) / grid.stepMs,
        right: (look.to - grid.from) / grid.stepMs,
        bottom,
        top,
        stacked: look.stacked,
      },
      strokes: shown.map((line) => ({ line, colour: lineColour(line) })),
    };
  }

  async function paint(): Promise<void> {
    frame = 0;
    if (chart === undefined) return;
    if (busy) {
      again = true;
      return;
    }
    const what = painting(chart);
    const { width, height } = what.view;
    let picture: ImageBitmap | undefined;
    const asked = painter;
    if (asked !== null) {
      busy = true;
      picture = await asked.paint(what).catch(() => undefined);
      busy = false;
      if (over || asked !== painter) {
        picture?.close();
        if (!over) paintSoon();
        return;
      }
    }
    place(canvas, chart, what);
    const context = canvas.getContext('2d');
    if (context === null) return;
    if (picture === undefined) paintLines(context, values, what);
    else {
      context.clearRect(0, 0, width, height);
      context.drawImage(picture, 0, 0);
      picture.close();
    }
    light();
    if (!again) return;
    again = false;
    paintSoon();
  }
  function light(): void {
    canvas.style.opacity = lit === null ? '1' : '0.25';
    const own = lit === null ? undefined : (stacks?.get(lit) ?? values[lit]);
    upper.style.display = own === undefined ? 'none' : '';
    const context = upper.getContext('2d');
    if (own === undefined || lit === null || chart === undefined || context === null) return;
    const { view } = painting(chart);
    const what = { view: { ...view, stacked: false }, strokes: [{ line: 0, colour: lineColour(lit) }] };
    place(upper, chart, what);
    paintLines(context, [own], what);
  }
  function paintSoon(): void {
    if (frame === 0) frame = requestAnimationFrame(() => void paint());
  }

  /** The line whose value at this step is nearest to the pointer. */
  function nearest(index: number, of: uPlot): number | null {
    const y = of.cursor.top ?? -1;
    let best: number | null = null;
    let least = reachPx;
    for (const line of shown) {
      const value = (stacks?.get(line) ?? values[line])?.[index];
      if (value === undefined || !Number.isFinite(value)) continue;
      const distance = Math.abs(of.valToPos(value, 'y') - y);
      if (distance < least) {
        least = distance;
        best = line;
      }
    }
    return best;
  }

  function drawThresholds(of: uPlot): void {
    const colours = palette();
    const { left, top, width, height } = of.bbox;
    const { ctx } = of;
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    for (const { value, level } of look.thresholds) {
      const y = of.valToPos(value, 'y', true);
      if (y < top || y > top + height) continue;
      ctx.strokeStyle = level === 'critical' ? colours.down : colours.degraded;
      ctx.beginPath();
      ctx.moveTo(left, y);
      ctx.lineTo(left + width, y);
      ctx.stroke();
    }
    ctx.restore();
  }

  function options(width: number): uPlot.Options {
    const axis = axisLook();
    return {
      width,
      height: look.height,
      ms: 1,
      padding: [8, 20, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: 'page', setSeries: false },
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
      },
      scales: { x: { time: true, range: () => [look.from, look.to] }, y: { range: () => [...range] } },
      axes: [
        { ...axis, grid: { show: false }, size: 28, space: tickPx, values: (_, ticks) => timeLabels(ticks) },
        {
          ...axis,
          size: 64,
          // Without lines the scale means nothing.
          values: (_, ticks) => ticks.map((tick) => (shown.length === 0 ? '' : inUnit(look.unit, tick))),
          ...(isBinary(look.unit) ? { incrs: powersOfTwo } : {}),
        },
      ],
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        draw: [drawThresholds, paintSoon],
        setCursor: [
          (of) => {
            const index = of.cursor.idx;
            if (index === null || index === undefined || (of.cursor.left ?? -1) < 0) events.onHover(null);
            else events.onHover({ index, line: nearest(index, of) });
          },
        ],
        setSelect: [
          (of) => {
            const { left, width: selected } = of.select;
            if (selected < 4) return;
            events.onZoom(of.posToVal(left, 'x'), of.posToVal(left + selected, 'x'));
            of.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    };
  }

  let width = 0;
  function make(): void {
    chart?.destroy();
    chart = undefined;
    if (width <= 0) return;
    const xs = times();
    chart = new uPlot(options(width), [xs, xs.map(() => null)], element);
    chart.root.querySelector('.u-over')?.before(canvas, upper);
    paintSoon();
  }

  take();
  measure();
  width = Math.floor(element.clientWidth);
  make();
  const stops = [
    onWidth(element, (next) => {
      const whole = Math.floor(next);
      if (whole === width) return;
      width = whole;
      if (chart === undefined) make();
      else chart.setSize({ width, height: look.height });
    }),
    onSchemeChange(make),
  ];

  return {
    set(nextData, nextLook) {
      const before = look;
      look = nextLook;
      if (nextData !== data) {
        data = nextData;
        take();
      }
      measure();
      if (chart === undefined || isBinary(before.unit) !== isBinary(look.unit)) make();
      else {
        if (before.height !== look.height) chart.setSize({ width, height: look.height });
        const xs = times();
        chart.setData([xs, xs.map(() => null)], true);
      }
    },
    show(next, nextLit) {
      const same = next.length === shown.length && next.every((line, index) => line === shown[index]);
      lit = nextLit;
      shown = next;
      if (same) {
        light();
        return;
      }
      measure();
      chart?.setData(chart.data, true);
    },
    destroy() {
      over = true;
      cancelAnimationFrame(frame);
      for (const stop of stops) stop();
      painter?.drop();
      chart?.destroy();
    },
  };
}
