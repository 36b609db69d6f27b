import type { ChartLine, PlotData } from './plot.ts';
import type { Grid, Line, LineSet } from './series-set.ts';

type Labels = Readonly<Record<string, string>>;

/** Labels that every set of labels has with the same value: they tell nothing apart. */
function commonOf(all: readonly Labels[]): ReadonlySet<string> {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return new Set();
  return new Set(
    Object.entries(first)
      .filter(([name, value]) => others.every((labels) => labels[name] === value))
      .map(([name]) => name),
  );
}

/** A series as one writes it, without the labels `except`: `up{job="api"}`. */
export function seriesName(labels: Labels, except: ReadonlySet<string> = new Set()): string {
  const { __name__: metric = '' } = labels;
  const pairs = Object.entries(labels)
    .filter(([name]) => name !== '__name__' && !except.has(name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const shown = except.has('__name__') && pairs.length > 0 ? '' : metric;
  return pairs.length === 0 ? shown : `${shown}{${pairs.join(', ')}}`;
}

/** Fills `{{label}}` in; a label that is not there is empty. */
export function fromTemplate(template: string, labels: Labels): string {
  return template.replaceAll(/\{\{\s*([\w.]+)\s*\}\}/g, (_, name: string) => labels[name] ?? '').trim();
}

/** One query's answer with what its lines are to be called. */
interface NamedSet {
  readonly set: LineSet;
  /** `{{label}}` stands for a label's value; empty for the labels that differ. */
  readonly legend: string;
  /** What a line without labels is called. */
  readonly expression: string;
  /** Tells the lines of one query from those of another. */
  readonly id: string;
}

/** A set on another grid: each step takes the value of the step that is nearest to it. */
function onGrid(set: LineSet, grid: Grid, length: number): readonly Line[] {
  if (set.from === grid.from && set.stepMs === grid.stepMs && set.length === length) return set.lines;
  return set.lines.map((line) => ({
    ...line,
    values: Float64Array.from({ length }, (_, index) => {
      const at = Math.round((grid.from + index * grid.stepMs - set.from) / set.stepMs);
      return line.values[at] ?? Number.NaN;
    }),
  }));
}

/** The lines of several queries as one chart shows them, on one grid. */
export function plotDataOf(sets: readonly NamedSet[], grid: Grid): PlotData {
  const length = Math.floor((grid.to - grid.from) / grid.stepMs) + 1;
  const common = commonOf(sets.flatMap(({ set }) => set.lines.map(({ labels }) => labels)));
  const lines = sets.flatMap(({ set, legend, expression, id }) =>
    onGrid(set, grid, length).map(({ labels, ...line }): ChartLine => {
      const name = legend === '' ? seriesName(labels, common) : fromTemplate(legend, labels);
      return {
        ...line,
        key: `${id}:${JSON.stringify(labels, Object.keys(labels).sort())}`,
        name: name === '' ? expression : name,
      };
    }),
  );
  return { grid, lines };
}
