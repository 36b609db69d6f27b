import type { Clock } from '../../../base/clock.ts';
import type { Labels } from '../../../base/labels.ts';
import type { MetricMetadata, Refusal, SampleBatch, SampleIntake, Source } from '../../types.ts';
import { createRefusals } from '../door.ts';
import { SampleColumns } from '../sample-columns.ts';
import { scopeLabels, targetLabels } from './labels.ts';
import type { Metric, MetricsRequest } from './messages.ts';
import { metricNameOf, unitOf, type NameKind } from './names.ts';
import { createPointSeries } from './point-series.ts';
import { writeExponential, writeHistogram, writeNumbers, writeSummary, type Writing } from './points.ts';
import { createRunningSums } from './running-sums.ts';

/** What a request of metrics holds, as far as it could be taken. */
export interface ReadMetrics {
  readonly batch: SampleBatch;
  readonly metadata: readonly MetricMetadata[];
  readonly refusals: readonly Refusal[];
}

interface Common {
  readonly key: string;
  readonly labels: Labels;
}

const typeOf = (metric: Metric): MetricMetadata['type'] => {
  if (metric.histogram !== undefined || metric.exponentialHistogram !== undefined) return 'histogram';
  if (metric.summary !== undefined) return 'summary';
  if (metric.sum?.isMonotonic === true) return 'counter';
  return metric.gauge !== undefined || metric.sum !== undefined ? 'gauge' : 'unknown';
};

/** Its description; of an exponential histogram also that it is kept in another form than it was sent in. */
const helpOf = ({ description = '', exponentialHistogram }: Metric): string =>
  exponentialHistogram === undefined
    ? description
    : `${description} (An exponential histogram, kept with classic buckets.)`.trimStart();

const nameKind = (metric: Metric): NameKind => {
  if (metric.sum?.isMonotonic === true) return 'counter';
  return metric.gauge !== undefined ? 'gauge' : 'other';
};

/**
 * Turns OTLP metrics into samples, as the OpenTelemetry specification maps them to Prometheus. Keeps what
 * deltas have come to; one reader serves all senders, which are told apart by their series.
 */
export function createMetricsReader(samples: SampleIntake, clock: Clock) {
  const sums = createRunningSums(clock);
  const noSource: Source = { door: 'otlp', signal: 'metrics', name: '' };
  let source: Source = noSource;
  const finder = createPointSeries(samples, clock, () => source);

  function writeMetric(
    metric: Metric,
    common: Common,
    into: Omit<Writing, 'series' | 'delta'>,
  ): MetricMetadata {
    const { name = '', unit = '' } = metric;
    const written = metricNameOf(name, unit, nameKind(metric));
    const writing = (temporality: number | undefined): Writing => ({
      ...into,
      delta: temporality === 1,
      series: (point) => finder.of(common, written, point.attributes),
    });
    const { gauge, sum, histogram, exponentialHistogram, summary } = metric;
    const cumulated = sum ?? histogram ?? exponentialHistogram;
    const count = cumulated?.dataPoints?.length ?? 0;
    if (cumulated !== undefined && ![1, 2].includes(cumulated.aggregationTemporality ?? 0)) {
      const message = `The metric ${name} does not say whether it is delta or cumulative.`;
      into.refusals.add({ reason: 'unsupported', message, count });
    } else {
      writeNumbers(gauge?.dataPoints ?? [], writing(2));
      writeNumbers(sum?.dataPoints ?? [], writing(sum?.aggregationTemporality));
      writeHistogram(histogram?.dataPoints ?? [], writing(histogram?.aggregationTemporality));
      writeExponential(
        exponentialHistogram?.dataPoints ?? [],
        writing(exponentialHistogram?.aggregationTemporality),
      );
      writeSummary(summary?.dataPoints ?? [], writing(2));
    }
    return { name: written, type: typeOf(metric), help: helpOf(metric), unit: unitOf(unit) };
  }

  return {
    /** Reads one request; refusals of series and points are among the result. */
    read(request: MetricsRequest, sender: Source): ReadMetrics {
      source = sender;
      const nowMs = clock.now();
      finder.age();
      sums.age();
      const columns = new SampleColumns();
      const refusals = createRefusals();
      const metadata: MetricMetadata[] = [];
      for (const { resource, scopeMetrics = [] } of request.resourceMetrics ?? []) {
        const target = targetLabels(resource);
        const before = columns.length;
        for (const { scope, metrics = [] } of scopeMetrics) {
          const labels = { ...scopeLabels(scope), ...target.identity };
          const common = { key: JSON.stringify(labels), labels };
          for (const metric of metrics) {
            metadata.push(writeMetric(metric, common, { columns, refusals, sums, nowMs }));
          }
        }
        if (target.info !== undefined && columns.length > before) {
          const info = samples.series(target.info, sender);
          if ('ref' in info) columns.add(info, columns.newestSince(before), 1);
          else refusals.add({ ...info, count: 1 });
        }
      }
      return { batch: columns.batch(), metadata, refusals: refusals.list() };
    },
  };
}
