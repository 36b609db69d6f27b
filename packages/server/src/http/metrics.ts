/**
 * Metrics of this process in the Prometheus text exposition format 0.0.4. A registry is plain data: what
 * changes often is counted, what is known elsewhere is asked for at each scrape.
 */
type MetricLabels = Readonly<Record<string, string>>;

interface Counter {
  add(labels?: MetricLabels, amount?: number): void;
}
export interface Histogram {
  /** `value` in the unit of the metric's name, seconds for durations. */
  observe(labels: MetricLabels, value: number): void;
}

/** A figure that is asked for at each scrape. */
export interface Figure {
  /** Such as `custos_probes`; counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly samples: readonly { readonly labels?: MetricLabels; readonly value: number }[];
}
type CollectFigures = () => readonly Figure[] | Promise<readonly Figure[]>;

export interface Metrics {
  counter(name: string, help: string): Counter;
  histogram(name: string, help: string, buckets?: readonly number[]): Histogram;
  /** Adds figures that are asked for at each scrape; one that fails is left out of that scrape. */
  collect(figures: CollectFigures): void;
  /** Everything, as text. */
  text(): Promise<string>;
}

/** Buckets of Prometheus's client libraries, in seconds. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** No metric may grow without bounds, whatever labels it is fed. */
const seriesLimit = 2_000;

function escape(value: string): string {
  return value
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('"', String.raw`\"`);
}

function series(name: string, labels: MetricLabels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escape(value)}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}

function figureText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}

function head(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help.replaceAll('\\', String.raw`\\`).replaceAll('\n', ' ')}\n# TYPE ${name} ${type}\n`;
}

/** Creates an empty registry. */
export function createMetrics(): Metrics {
  const written: (() => string)[] = [];
  const collected: CollectFigures[] = [];

  return {
    counter(name, help) {
      const values = new Map<string, number>();
      written.push(() => {
        const lines = [...values].map(([key, value]) => `${key} ${value}\n`);
        return head(name, help, 'counter') + lines.join('');
      });
      return {
        add(labels = {}, amount = 1) {
          const key = series(name, labels);
          const before = values.get(key);
          if (before === undefined && values.size >= seriesLimit) return;
          values.set(key, (before ?? 0) + amount);
        },
      };
    },

    histogram(name, help, buckets = durationBuckets) {
      interface Cell {
        readonly labels: MetricLabels;
        readonly counts: number[];
        sum: number;
      }
      const cells = new Map<string, Cell>();
      const text = ({ labels, counts, sum }: Cell): string => {
        let total = 0;
        let lines = '';
        for (const [index, count] of counts.entries()) {
          total += count;
          const le = buckets[index] === undefined ? '+Inf' : String(buckets[index]);
          lines += `${series(`${name}_bucket`, { ...labels, le })} ${total}\n`;
        }
        return `${lines}${series(`${name}_sum`, labels)} ${sum}\n${series(`${name}_count`, labels)} ${total}\n`;
      };
      written.push(() => head(name, help, 'histogram') + [...cells.values()].map(text).join(''));
      return {
        observe(labels, value) {
          const key = series('', labels);
          let cell = cells.get(key);
          if (cell === undefined) {
            if (cells.size >= seriesLimit) return;
            cell = { labels, counts: Array.from({ length: buckets.length + 1 }, () => 0), sum: 0 };
            cells.set(key, cell);
          }
          const at = buckets.findIndex((bound) => value <= bound);
          const index = at < 0 ? buckets.length : at;
          cell.counts[index] = (cell.counts[index] ?? 0) + 1;
          cell.sum += value;
        },
      };
    },

    collect(figures) {
      collected.push(figures);
    },

    async text() {
      const asked = await Promise.allSettled(collected.map(async (figures) => figures()));
      const figures = asked.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      const lines = figures.map(
        ({ name, help, type, samples }) =>
          head(name, help, type) +
          samples.map(({ labels, value }) => `${series(name, labels ?? {})} ${figureText(value)}\n`).join(''),
      );
      return written.map((write) => write()).join('') + lines.join('');
    },
  };
}
