import type { Labels } from '../../base/labels.ts';
import type { MetricMetadata, Refusal, Series } from '../types.ts';
import { createRefusals } from './door.ts';
import { unreadable } from './errors.ts';
import { labelsOfPairs } from './label-pairs.ts';
import { metricTypes, nativeHistograms, type WriteRequest } from './remote-write.ts';
import { SampleColumns } from './sample-columns.ts';
import { Wire } from './wire.ts';

/** The intake's answer for labels; `key` is the same for equal labels. */
export type SeriesByKey = (key: string, labels: () => Labels | Refusal) => Series | Refusal;

const symbolTag = (4 << 3) | 2;
const timeseriesTag = (5 << 3) | 2;

/**
 * Reads `io.prometheus.write.v2.Request` (prompb/io/prometheus/write/v2/types.proto): texts are in a table
 * of symbols, and series name their labels by places in it.
 */
export function readWriteRequest2(bytes: Buffer, seriesOf: SeriesByKey): WriteRequest {
  const wire = new Wire(bytes);
  const symbols: string[] = [];
  const places: { readonly from: number; readonly to: number }[] = [];
  while (wire.at < bytes.length) {
    const tag = wire.varint();
    if (tag === symbolTag) {
      wire.count();
      symbols.push(wire.text());
    } else if (tag === timeseriesTag) {
      const to = wire.message();
      places.push({ from: wire.at, to });
      wire.at = to;
    } else wire.skip(tag);
  }

  const symbol = (place: number): string => {
    const text = symbols[place];
    if (text === undefined) throw unreadable(`There is no symbol ${place}.`);
    return text;
  };
  const samples = new SampleColumns();
  const refusals = createRefusals();
  const metadata = new Map<string, MetricMetadata>();
  for (const { from, to } of places) {
    wire.at = from;
    wire.end = to;
    readSeries({ wire, symbol, seriesOf, samples, refusals, metadata });
  }
  return { batch: samples.batch(), metadata: [...metadata.values()], refusals: refusals.list() };
}

interface Reading {
  readonly wire: Wire;
  readonly symbol: (place: number) => string;
  readonly seriesOf: SeriesByKey;
  readonly samples: SampleColumns;
  readonly refusals: ReturnType<typeof createRefusals>;
  readonly metadata: Map<string, MetricMetadata>;
}

/** Numbers of a repeated field, packed into one run or each by itself. */
function readNumbers(wire: Wire, tag: number, numbers: number[]): void {
  if ((tag & 7) === 0) {
    wire.count();
    numbers.push(wire.varint());
    return;
  }
  const { end } = wire;
  const to = wire.packed();
  wire.end = to;
  while (wire.at < to) numbers.push(wire.varint());
  wire.end = end;
}

function readSeries(reading: Reading): void {
  const { wire, symbol, samples, refusals } = reading;
  const { end } = wire;
  const references: number[] = [];
  const places: { readonly from: number; readonly to: number }[] = [];
  let described: { readonly from: number; readonly to: number } | undefined;
  let histograms = 0;
  while (wire.at < end) {
    const tag = wire.varint();
    const field = tag >>> 3;
    if (field === 1 && ((tag & 7) === 2 || (tag & 7) === 0)) readNumbers(wire, tag, references);
    else if (tag === ((2 << 3) | 2) || tag === ((5 << 3) | 2)) {
      const to = wire.message();
      if (field === 2) places.push({ from: wire.at, to });
      else described = { from: wire.at, to };
      wire.at = to;
    } else {
      if (field === 3) histograms += 1;
      wire.skip(tag);
    }
  }
  const pairs = references.map(symbol);
  if (pairs.length % 2 === 1) throw unreadable('A series has a label without a value.');
  const series = reading.seriesOf(pairs.map((text) => `${text.length}:${text}`).join(''), () => {
    const found = labelsOfPairs(pairs);
    return 'reason' in found ? found.refusal : found.labels;
  });
  if (described !== undefined) {
    const name = pairs[pairs.findIndex((text, at) => at % 2 === 0 && text === '__name__') + 1] ?? '';
    if (!reading.metadata.has(name))
      reading.metadata.set(name, readMetadata(reading, { name, ...described }));
  }
  if ('ref' in series) {
    for (const { from, to } of places) {
      wire.at = from;
      wire.end = to;
      readSample(wire, series, samples);
    }
  } else if (places.length > 0) refusals.add({ ...series, count: places.length });
  if (histograms > 0) refusals.add({ ...nativeHistograms, count: histograms });
  wire.at = end;
  wire.end = end;
}

function readSample(wire: Wire, series: Series, samples: SampleColumns): void {
  let low = 0;
  let high = 0;
  let timeMs = 0;
  while (wire.at < wire.end) {
    const tag = wire.varint();
    if (tag === 9) {
      low = wire.word();
      high = wire.word();
    } else if (tag === 16) timeMs = wire.int64();
    else wire.skip(tag);
  }
  samples.addBits(series, timeMs, { low, high });
}

function readMetadata(
  { wire, symbol }: Reading,
  given: { readonly name: string; readonly from: number; readonly to: number },
): MetricMetadata {
  wire.at = given.from;
  wire.end = given.to;
  let type = 0;
  let help = 0;
  let unit = 0;
  while (wire.at < wire.end) {
    const tag = wire.varint();
    if (tag === 8) type = wire.varint();
    else if (tag === 24) help = wire.varint();
    else if (tag === 32) unit = wire.varint();
    else wire.skip(tag);
  }
  const name = familyOf(given.name, metricTypes[type] ?? 'unknown');
  return { name, type: metricTypes[type] ?? 'unknown', help: symbol(help), unit: symbol(unit) };
}

/** The family that a series of a histogram or summary belongs to: metadata is kept by family. */
function familyOf(name: string, type: MetricMetadata['type']): string {
  return type === 'histogram' || type === 'summary' ? name.replace(/_(bucket|count|sum)$/, '') : name;
}
