import type { ColumnParameters, Columns } from '../../storage/columns/columns.ts';
import type { TraceFilter, TracePlace } from './types.ts';

/** Longest that one question may take in the engine, ms. */
const timeoutMs = 20_000;

const microseconds = (name: string): string => `fromUnixTimestamp64Micro({${name}:Int64}, 'UTC')`;

export interface SpanRow {
  readonly start_us: number;
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly name: string;
  readonly kind: string;
  readonly service: string;
  readonly duration_us: number;
  readonly status: string;
  readonly status_message: string;
  readonly attributes: Record<string, string>;
  readonly events: string;
}

export interface TraceRow {
  readonly trace_id: string;
  readonly start_us: number;
  readonly total_us: number;
  readonly root_name: string;
  readonly root_service: string;
  readonly spans: number;
  readonly errors: number;
}

/**
 * Traces that have a span in the filter's time, latest start first, from behind `after`. A filter on service
 * or name asks for a span that has both; duration and errors are those of the trace.
 */
export async function loadTraces(
  columns: Columns,
  filter: TraceFilter,
  { after, limit }: { readonly after: TracePlace | null; readonly limit: number },
): Promise<TraceRow[]> {
  const { service, name, minDurationMs, errorsOnly, from, to } = filter;
  const wanted = [
    ...(service === undefined ? [] : ['service = {service:String}']),
    ...(name === undefined ? [] : ['name = {name:String}']),
  ];
  const having = [
    ...(wanted.length === 0 ? [] : [`countIf(${wanted.join(' AND ')}) > 0`]),
    ...(minDurationMs === undefined ? [] : ['total_us >= {minUs:Int64}']),
    ...(errorsOnly ? ['errors > 0'] : []),
    ...(after === null ? [] : ['(start_us, trace_id) < ({afterUs:Int64}, {afterId:String})']),
  ];
  const parameters: ColumnParameters = {
    fromUs: from * 1000,
    toUs: to * 1000,
    limit,
    ...(service === undefined ? {} : { service }),
    ...(name === undefined ? {} : { name }),
    ...(minDurationMs === undefined ? {} : { minUs: Math.round(minDurationMs * 1000) }),
    ...(after === null ? {} : { afterUs: after.startUs, afterId: after.traceId }),
  };
  return columns.query<TraceRow>(
    `SELECT trace_id, min(toUnixTimestamp64Micro(time)) AS start_us,
        max(toUnixTimestamp64Micro(time) + toInt64(duration_us)) - min(toUnixTimestamp64Micro(time)) AS total_us,
        argMin(name, (parent_span_id != '', time)) AS root_name,
        argMin(service, (parent_span_id != '', time)) AS root_service,
        count() AS spans, countIf(status = 'error') AS errors
      FROM span WHERE time >= ${microseconds('fromUs')} AND time < ${microseconds('toUs')}
      GROUP BY trace_id ${having.length === 0 ? '' : `HAVING ${having.join(' AND ')}`}
      ORDER BY start_us DESC, trace_id DESC LIMIT {limit:UInt32}`,
    parameters,
    { timeoutMs },
  );
}

/** The spans of a trace, earliest first. */
export async function loadSpans(columns: Columns, traceId: string, limit: number): Promise<SpanRow[]> {
  return columns.query<SpanRow>(
    `SELECT toUnixTimestamp64Micro(time) AS start_us, span_id, parent_span_id, name, kind, service,
        duration_us, status, status_message, attributes, events
      FROM span WHERE trace_id = {traceId:String} ORDER BY time, span_id LIMIT {limit:UInt32}`,
    { traceId, limit },
    { timeoutMs },
  );
}
