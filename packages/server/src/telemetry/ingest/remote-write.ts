import type { Labels } from '../../base/labels.ts';
import type { MetricMetadata, Refusal, SampleBatch, Series } from '../types.ts';
import { createRefusals } from './door.ts';
import { DoorError, unreadable } from './errors.ts';
import type { LabelBytes } from './label-bytes.ts';
import { labelsOfPairs } from './label-pairs.ts';
import { SampleColumns } from './sample-columns.ts';
import { Wire } from './wire.ts';

/** What a request of remote write holds, as far as it could be taken. */
export interface WriteRequest {
  readonly batch: SampleBatch;
  readonly metadata: readonly MetricMetadata[];
  readonly refusals: readonly Refusal[];
}

export interface WriteReader {
  /** Series by the bytes of their labels. */
  readonly known: LabelBytes;
  /** The intake's answer for labels that are not known yet. */
  series(labels: Labels): Series | Refusal;
}

export const nativeHistograms: Refusal = {
  reason: 'unsupported',
  message: 'Native histograms are not stored; send classic ones (scrape_classic_histograms).',
  count: 0,
};

/** Metric types by their number in `prometheus.MetricMetadata` (prompb/types.proto). */
export const metricTypes: readonly MetricMetadata['type'][] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'histogram',
  'summary',
  'gauge',
  'gauge',
];

// Tags: the field's number times 8, plus its wire type.
const timeseriesTag = (1 << 3) | 2;
const metadataTag = (3 << 3) | 2;
const labelTag = (1 << 3) | 2;
const sampleTag = (2 << 3) | 2;
const histogramTag = (4 << 3) | 2;

/**
 * Reads `prometheus.WriteRequest` (prompb/remote.proto and types.proto) without an object for each sample.
 * What is wrong with one series leaves that series out; what is not the message at all raises `DoorError`.
 */
export function readWriteRequest(bytes: Buffer, reader: WriteReader): WriteRequest {
  const wire = new Wire(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Most series bring one sample, of which labels make the greater part.
  const samples = new SampleColumns(bytes.length / 128);
  const refusals = createRefusals();
  const metadata: MetricMetadata[] = [];

  while (wire.at < bytes.length) {
    const tag = wire.varint();
    if (tag === timeseriesTag) {
      const end = wire.message();
      wire.end = end;
      readSeries({ wire, view, reader, samples, refusals });
      wire.end = bytes.length;
    } else if (tag === metadataTag) {
      const end = wire.message();
      wire.end = end;
      metadata.push(readMetadata(wire));
      wire.end = bytes.length;
    } else wire.skip(tag);
  }
  return { batch: samples.batch(), metadata, refusals: refusals.list() };
}

interface Reading {
  readonly wire: Wire;
  readonly view: DataView;
  readonly reader: WriteReader;
  readonly samples: SampleColumns;
  readonly refusals: ReturnType<typeof createRefusals>;
}

/** The series whose labels stand at the beginning of what `wire` is in; `wire` stands behind them then. */
function seriesAt({ wire, view, reader }: Reading): Series | Refusal {
  const { end } = wire;
  const from = wire.at;
  const length = reader.known.follows(view, from, end);
  let to = from + length;
  if (length > 0 && (to === end || wire.bytes[to] !== labelTag)) {
    wire.at = to;
    return reader.known.followed();
  }
  // Senders write all labels first; those of a series are then one run of bytes.
  to = from;
  while (wire.at < end) {
    if (wire.varint() !== labelTag) break;
    wire.at = wire.run();
    to = wire.at;
  }
  const series = reader.known.find(view, { from, to }, () => makeSeries(wire, { from, to }, reader));
  wire.at = to;
  wire.end = end;
  return series;
}

function readSeries(reading: Reading): void {
  const { wire, samples, refusals } = reading;
  const { end } = wire;
  const series = seriesAt(reading);
  const taken = 'ref' in series ? series : undefined;
  let left = 0;
  let histograms = 0;
  while (wire.at < end) {
    const tag = wire.varint();
    if (tag === sampleTag) {
      const sampleEnd = wire.message();
      wire.end = sampleEnd;
      if (taken !== undefined) readSample(wire, taken, samples);
      else left += 1;
      wire.at = sampleEnd;
      wire.end = end;
    } else if (tag === labelTag) {
      // Never seen from a real sender; taking the labels in part would be a wrong series.
      throw unreadable('The labels of a series must stand before its samples.');
    } else {
      if (tag === histogramTag) histograms += 1;
      wire.skip(tag);
    }
  }
  if (left > 0 && !('ref' in series)) refusals.add({ ...series, count: left });
  if (histograms > 0) refusals.add({ ...nativeHistograms, count: histograms });
}

function makeSeries(
  wire: Wire,
  range: { readonly from: number; readonly to: number },
  reader: WriteReader,
): Series | Refusal {
  const pairs: string[] = [];
  wire.at = range.from;
  const seriesEnd = wire.end;
  try {
    while (wire.at < range.to) {
      wire.varint();
      const labelEnd = wire.run();
      wire.end = labelEnd;
      let name = '';
      let value = '';
      while (wire.at < labelEnd) {
        const tag = wire.varint();
        if (tag === labelTag) name = wire.text();
        else if (tag === sampleTag) value = wire.text();
        else wire.skip(tag);
      }
      wire.end = seriesEnd;
      pairs.push(name, value);
    }
  } catch (error) {
    if (error instanceof DoorError && error.reason === 'not_utf8') {
      return { reason: 'not_utf8', message: 'A label is not valid UTF-8.', count: 0 };
    }
    throw error;
  }
  const labels = labelsOfPairs(pairs);
  return 'reason' in labels ? labels.refusal : reader.series(labels.labels);
}

function readSample(wire: Wire, series: Series, samples: SampleColumns): void {
  const { end } = wire;
  let low = 0;
  let high = 0;
  let timeMs = 0;
  while (wire.at < end) {
    const tag = wire.varint();
    if (tag === 9) {
      low = wire.word();
      high = wire.word();
    } else if (tag === 16) timeMs = wire.int64();
    else wire.skip(tag);
  }
  samples.addBits(series, timeMs, { low, high });
}

function readMetadata(wire: Wire): MetricMetadata {
  let type = 0;
  let name = '';
  let help = '';
  let unit = '';
  while (wire.at < wire.end) {
    const tag = wire.varint();
    if (tag === 8) type = wire.varint();
    else if (tag === ((2 << 3) | 2)) name = wire.text();
    else if (tag === ((4 << 3) | 2)) help = wire.text();
    else if (tag === ((5 << 3) | 2)) unit = wire.text();
    else wire.skip(tag);
  }
  return { name, type: metricTypes[type] ?? 'unknown', help, unit };
}
