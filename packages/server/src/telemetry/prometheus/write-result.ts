import type { Labels } from '../../base/labels.ts';
import { labelSetOf } from '../promql/label-set.ts';
import type { MatrixSeries, QueryResult, QueryValue } from '../promql/types.ts';
import { writeTime, writeValue } from './write-number.ts';

/** A result and, where they are asked for, figures about it in the form of Prometheus. */
export interface WrittenResult extends QueryResult {
  readonly stats?: Readonly<Record<string, unknown>>;
}

/** Adds figures to a result whose samples were counted. Times that are not taken apart here are 0. */
export function withStatistics(result: QueryResult, elapsedMs: number): WrittenResult {
  const { samples } = result;
  if (samples === undefined) return result;
  const seconds = elapsedMs / 1000;
  return {
    ...result,
    stats: {
      timings: {
        evalTotalTime: seconds,
        resultSortTime: 0,
        queryPreparationTime: 0,
        innerEvalTime: seconds,
        execQueueTime: 0,
        execTotalTime: seconds,
      },
      samples: { totalQueryableSamples: samples, peakSamples: samples },
    },
  };
}

/** About this many characters go out in one piece. */
const pieceLength = 1 << 16;

const texts = new WeakMap<Labels, string>();

/** A set of labels as a JSON object, ordered by name. */
function writeLabels(labels: Labels): string {
  let text = texts.get(labels);
  if (text === undefined) {
    const { pairs } = labelSetOf(labels);
    const members: string[] = [];
    for (let at = 0; at < pairs.length; at += 2) {
      members.push(`${JSON.stringify(pairs[at])}:${JSON.stringify(pairs[at + 1])}`);
    }
    text = `{${members.join(',')}}`;
    texts.set(labels, text);
  }
  return text;
}

function* seriesPieces(series: readonly MatrixSeries[]): Generator<string> {
  let piece = '';
  for (const [index, { labels, timestamps, values }] of series.entries()) {
    piece += `${index === 0 ? '' : ','}{"metric":${writeLabels(labels)},"values":[`;
    for (let at = 0; at < timestamps.length; at += 1) {
      piece += `${at === 0 ? '' : ','}[${writeTime(timestamps[at]!)},"${writeValue(values[at]!)}"]`;
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = '';
    }
    piece += ']}';
  }
  yield piece;
}

function* valuePieces(value: QueryValue): Generator<string> {
  if (value.type === 'matrix') return yield* seriesPieces(value.series);
  if (value.type === 'string') return yield `${writeTime(value.atMs)},${JSON.stringify(value.value)}`;
  if (value.type === 'scalar') return yield `${writeTime(value.atMs)},"${writeValue(value.value)}"`;
  let piece = '';
  for (const [index, { labels, atMs, value: sample }] of value.samples.entries()) {
    piece += `${index === 0 ? '' : ','}{"metric":${writeLabels(labels)},"value":[${writeTime(atMs)},"${writeValue(sample)}"]}`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** The members `warnings` and `infos` of an envelope, each only when there are any. */
export function writeNotes(notes: { warnings?: readonly string[]; infos?: readonly string[] }): string {
  const member = (name: string, list: readonly string[] = []): string =>
    list.length === 0 ? '' : `,"${name}":${JSON.stringify(list)}`;
  return member('warnings', notes.warnings) + member('infos', notes.infos);
}

/**
 * The envelope of a query's result, in pieces. Written by hand: a matrix of a million points is no tree of
 * objects first.
 */
export function* resultPieces({ value, warnings, infos, stats }: WrittenResult): Generator<string> {
  yield `{"status":"success","data":{"resultType":"${value.type}","result":[`;
  yield* valuePieces(value);
  const statistics = stats === undefined ? '' : `,"stats":${JSON.stringify(stats)}`;
  yield `]${statistics}}${writeNotes({ warnings, infos })}}`;
}

/** The first `limit` series or samples of a result, with a word about what is missing. */
export function limited(result: QueryResult, limit: number | undefined): QueryResult {
  if (limit === undefined) return result;
  const { value } = result;
  const warnings = [...result.warnings, 'results truncated due to limit'];
  if (value.type === 'vector' && value.samples.length > limit) {
    return { ...result, warnings, value: { ...value, samples: value.samples.slice(0, limit) } };
  }
  if (value.type === 'matrix' && value.series.length > limit) {
    return { ...result, warnings, value: { ...value, series: value.series.slice(0, limit) } };
  }
  return result;
}
