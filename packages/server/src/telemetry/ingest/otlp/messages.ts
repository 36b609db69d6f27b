import { readAnyValue, readKeyValue } from './read-attributes.ts';
import { shape, type Shape } from './shape.ts';
import type { AnyValue, KeyValue } from './values.ts';

/**
 * The messages of OTLP that are read, with the numbers of their fields (opentelemetry-proto 1.x). What is
 * left out, such as exemplars and counts of what a sender dropped, is stepped over.
 */

const anyValue: Shape = shape(
  {
    stringValue: [1, 'text'],
    boolValue: [2, 'bool'],
    intValue: [3, 'integer'],
    doubleValue: [4, 'double'],
    arrayValue: [5, () => arrayValue],
    kvlistValue: [6, () => keyValueList],
    bytesValue: [7, 'bytes'],
  },
  readAnyValue,
);
const keyValue = shape({ key: [1, 'text'], value: [2, () => anyValue] }, readKeyValue);
const arrayValue = shape({ values: [1, [() => anyValue]] });
const keyValueList = shape({ values: [1, [() => keyValue]] });
const attributes = [() => keyValue] as const;

export interface Resource {
  readonly attributes?: readonly KeyValue[];
}
const resource = shape({ attributes: [1, attributes] });

export interface Scope {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: readonly KeyValue[];
}
const scope = shape({ name: [1, 'text'], version: [2, 'text'], attributes: [3, attributes] });

/** Times are microseconds since the epoch here and below; 0 or absent means unknown. */
export interface LogRecord {
  readonly timeUnixNano?: number;
  readonly observedTimeUnixNano?: number;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: AnyValue;
  readonly attributes?: readonly KeyValue[];
  readonly traceId?: string;
  readonly spanId?: string;
  readonly eventName?: string;
}
const logRecord = shape({
  timeUnixNano: [1, 'nanos'],
  severityNumber: [2, 'number'],
  severityText: [3, 'text'],
  body: [5, () => anyValue],
  attributes: [6, attributes],
  traceId: [9, 'id'],
  spanId: [10, 'id'],
  observedTimeUnixNano: [11, 'nanos'],
  eventName: [12, 'text'],
});

export interface LogsRequest {
  readonly resourceLogs?: readonly {
    readonly resource?: Resource;
    readonly scopeLogs?: readonly { readonly scope?: Scope; readonly logRecords?: readonly LogRecord[] }[];
  }[];
}
const scopeLogs = shape({ scope: [1, () => scope], logRecords: [2, [() => logRecord]] });
const resourceLogs = shape({ resource: [1, () => resource], scopeLogs: [2, [() => scopeLogs]] });
export const logsRequest = shape({ resourceLogs: [1, [() => resourceLogs]] });

export interface Span {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano?: number;
  readonly endTimeUnixNano?: number;
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly {
    readonly timeUnixNano?: number;
    readonly name?: string;
    readonly attributes?: readonly KeyValue[];
  }[];
  readonly links?: readonly { readonly traceId?: string; readonly spanId?: string }[];
  readonly status?: { readonly message?: string; readonly code?: number };
}
const spanEvent = shape({ timeUnixNano: [1, 'nanos'], name: [2, 'text'], attributes: [3, attributes] });
const spanLink = shape({ traceId: [1, 'id'], spanId: [2, 'id'] });
const spanStatus = shape({ message: [2, 'text'], code: [3, 'number'] });
const span = shape({
  traceId: [1, 'id'],
  spanId: [2, 'id'],
  parentSpanId: [4, 'id'],
  name: [5, 'text'],
  kind: [6, 'number'],
  startTimeUnixNano: [7, 'nanos'],
  endTimeUnixNano: [8, 'nanos'],
  attributes: [9, attributes],
  events: [11, [() => spanEvent]],
  links: [13, [() => spanLink]],
  status: [15, () => spanStatus],
});

export interface TracesRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: Resource;
    readonly scopeSpans?: readonly { readonly scope?: Scope; readonly spans?: readonly Span[] }[];
  }[];
}
const scopeSpans = shape({ scope: [1, () => scope], spans: [2, [() => span]] });
const resourceSpans = shape({ resource: [1, () => resource], scopeSpans: [2, [() => scopeSpans]] });
export const tracesRequest = shape({ resourceSpans: [1, [() => resourceSpans]] });

export interface DataPoint {
  readonly attributes?: readonly KeyValue[];
  readonly startTimeUnixNano?: number;
  readonly timeUnixNano?: number;
  /** Bit 1: there is no value, the series has ended. */
  readonly flags?: number;
}
export interface NumberPoint extends DataPoint {
  readonly asDouble?: number;
  readonly asInt?: number;
}
export interface HistogramPoint extends DataPoint {
  readonly count?: number;
  readonly sum?: number;
  readonly bucketCounts?: readonly number[];
  readonly explicitBounds?: readonly number[];
}
export interface ExponentialBuckets {
  readonly offset?: number;
  readonly bucketCounts?: readonly number[];
}
export interface ExponentialPoint extends DataPoint {
  readonly count?: number;
  readonly sum?: number;
  readonly scale?: number;
  readonly zeroCount?: number;
  readonly zeroThreshold?: number;
  readonly positive?: ExponentialBuckets;
  readonly negative?: ExponentialBuckets;
}
export interface SummaryPoint extends DataPoint {
  readonly count?: number;
  readonly sum?: number;
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[];
}

const numberPoint = shape({
  startTimeUnixNano: [2, 'nanos'],
  timeUnixNano: [3, 'nanos'],
  asDouble: [4, 'double'],
  asInt: [6, 'fixed-integer'],
  attributes: [7, attributes],
  flags: [8, 'number'],
});
const histogramPoint = shape({
  startTimeUnixNano: [2, 'nanos'],
  timeUnixNano: [3, 'nanos'],
  count: [4, 'fixed-count'],
  sum: [5, 'double'],
  bucketCounts: [6, ['fixed-count']],
  explicitBounds: [7, ['double']],
  attributes: [9, attributes],
  flags: [10, 'number'],
});
const exponentialBuckets = shape({ offset: [1, 'zigzag'], bucketCounts: [2, ['count']] });
const exponentialPoint = shape({
  attributes: [1, attributes],
  startTimeUnixNano: [2, 'nanos'],
  timeUnixNano: [3, 'nanos'],
  count: [4, 'fixed-count'],
  sum: [5, 'double'],
  scale: [6, 'zigzag'],
  zeroCount: [7, 'fixed-count'],
  positive: [8, () => exponentialBuckets],
  negative: [9, () => exponentialBuckets],
  flags: [10, 'number'],
  zeroThreshold: [14, 'double'],
});
const valueAtQuantile = shape({ quantile: [1, 'double'], value: [2, 'double'] });
const summaryPoint = shape({
  timeUnixNano: [3, 'nanos'],
  count: [4, 'fixed-count'],
  sum: [5, 'double'],
  quantileValues: [6, [() => valueAtQuantile]],
  attributes: [7, attributes],
  flags: [8, 'number'],
});

/** `AggregationTemporality`: 1 is delta, 2 cumulative. */
interface Points<Point> {
  readonly dataPoints?: readonly Point[];
  readonly aggregationTemporality?: number;
}
export interface Metric {
  readonly name?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly gauge?: Points<NumberPoint>;
  readonly sum?: Points<NumberPoint> & { readonly isMonotonic?: boolean };
  readonly histogram?: Points<HistogramPoint>;
  readonly exponentialHistogram?: Points<ExponentialPoint>;
  readonly summary?: Points<SummaryPoint>;
}
const gauge = shape({ dataPoints: [1, [() => numberPoint]] });
const sum = shape({
  dataPoints: [1, [() => numberPoint]],
  aggregationTemporality: [2, 'number'],
  isMonotonic: [3, 'bool'],
});
const histogram = shape({
  dataPoints: [1, [() => histogramPoint]],
  aggregationTemporality: [2, 'number'],
});
const exponentialHistogram = shape({
  dataPoints: [1, [() => exponentialPoint]],
  aggregationTemporality: [2, 'number'],
});
const summary = shape({ dataPoints: [1, [() => summaryPoint]] });
const metric = shape({
  name: [1, 'text'],
  description: [2, 'text'],
  unit: [3, 'text'],
  gauge: [5, () => gauge],
  sum: [7, () => sum],
  histogram: [9, () => histogram],
  exponentialHistogram: [10, () => exponentialHistogram],
  summary: [11, () => summary],
});

export interface MetricsRequest {
  readonly resourceMetrics?: readonly {
    readonly resource?: Resource;
    readonly scopeMetrics?: readonly { readonly scope?: Scope; readonly metrics?: readonly Metric[] }[];
  }[];
}
const scopeMetrics = shape({ scope: [1, () => scope], metrics: [2, [() => metric]] });
const resourceMetrics = shape({ resource: [1, () => resource], scopeMetrics: [2, [() => scopeMetrics]] });
export const metricsRequest = shape({ resourceMetrics: [1, [() => resourceMetrics]] });
