import type { LogRecordView, SpanView, TraceDetailView, TraceSummaryView } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { invalidInput, notFound } from '../../base/errors.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { LogSearch } from '../search/service.ts';
import type { SpanEvent } from '../types.ts';
import { loadSpans, loadTraces, type SpanRow } from './store.ts';
import type { TraceFilter, TracePlace } from './types.ts';

/** Spans and log records of one trace that are shown. */
const spanLimit = 5_000;
const logLimit = 500;
const hourMs = 3_600_000;
/** How far before and after its spans the records of a trace are looked for: clocks differ, and logs come late. */
const logReachMs = 5 * 60_000;

export interface TraceReading {
  /** Latest first. Without times those of the last hour. Raises `invalid_input`. */
  list(
    filter: Omit<TraceFilter, 'from' | 'to'> & {
      readonly from?: number | undefined;
      readonly to?: number | undefined;
    },
    page: { readonly after: TracePlace | null; readonly limit: number },
  ): Promise<FoundTrace[]>;
  /** A trace with its spans, and the log records that name it. Raises `not_found`. */
  trace(traceId: string): Promise<TraceDetailView>;
}

export interface FoundTrace {
  readonly place: TracePlace;
  readonly view: TraceSummaryView;
}

function eventsOf(text: string, traceStartUs: number): SpanView['events'] {
  if (text === '') return [];
  const events = JSON.parse(text) as readonly SpanEvent[];
  return events.map(({ name, timeUs, attributes }) => ({
    name,
    offsetUs: timeUs - traceStartUs,
    attributes: { ...attributes },
  }));
}

const spanOf = (row: SpanRow, traceId: string, traceStartUs: number): SpanView => ({
  traceId,
  spanId: row.span_id,
  parentSpanId: row.parent_span_id === '' ? null : row.parent_span_id,
  name: row.name,
  kind: row.kind as SpanView['kind'],
  service: row.service,
  startedAt: Math.floor(row.start_us / 1000),
  offsetUs: row.start_us - traceStartUs,
  durationUs: row.duration_us,
  status: row.status as SpanView['status'],
  statusMessage: row.status_message,
  attributes: row.attributes,
  events: eventsOf(row.events, traceStartUs),
});

/** Shows traces that were taken in. */
export function createTraceReading({
  columns,
  search,
  clock,
}: {
  readonly columns: Columns;
  readonly search: Pick<LogSearch, 'scope' | 'list'>;
  readonly clock: Clock;
}): TraceReading {
  async function logsOf(traceId: string, from: number, to: number): Promise<LogRecordView[]> {
    const scope = search.scope({ query: `trace:"${traceId}"`, from, to });
    const found = await search.list(scope, { order: 'oldest', limit: logLimit, after: null });
    return found.map(({ view }) => view);
  }

  return {
    async list(filter, page) {
      const to = filter.to ?? clock.now() + 1;
      const from = filter.from ?? to - hourMs;
      if (from >= to) throw invalidInput([{ field: 'to', message: 'must be later than from' }]);
      const rows = await loadTraces(columns, { ...filter, from, to }, page);
      return rows.map((row) => ({
        place: { startUs: row.start_us, traceId: row.trace_id },
        view: {
          traceId: row.trace_id,
          startedAt: Math.floor(row.start_us / 1000),
          durationUs: row.total_us,
          name: row.root_name,
          service: row.root_service,
          spans: row.spans,
          errors: row.errors,
        },
      }));
    },

    async trace(traceId) {
      const rows = /^[0-9a-f]{32}$/.test(traceId) ? await loadSpans(columns, traceId, spanLimit + 1) : [];
      const [first] = rows;
      if (first === undefined) throw notFound('trace', traceId);
      const startUs = first.start_us;
      const spans = rows.slice(0, spanLimit).map((row) => spanOf(row, traceId, startUs));
      const durationUs = spans.reduce((end, span) => Math.max(end, span.offsetUs + span.durationUs), 0);
      const startedAt = Math.floor(startUs / 1000);
      const logs = await logsOf(
        traceId,
        startedAt - logReachMs,
        Math.ceil((startUs + durationUs) / 1000) + logReachMs,
      );
      return {
        traceId,
        startedAt,
        durationUs,
        services: [...new Set(spans.map(({ service }) => service))],
        spans,
        logs,
        truncated: rows.length > spanLimit,
      };
    },
  };
}
