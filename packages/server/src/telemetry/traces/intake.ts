import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createRefusals } from '../ingest/door.ts';
import { createRedactor, type RedactionOptions, type Redactor } from '../logs/redaction/redactor.ts';
import { cutText } from '../logs/limits.ts';
import { hexId } from '../logs/trace-ids.ts';
import type { IncomingSpan, Refusal, SpanIntake } from '../types.ts';

export interface TracesOptions {
  readonly columns: Pick<Columns, 'insert'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** As for logs: spans carry addresses and statements, too. */
  readonly redaction?: RedactionOptions;
  readonly limits?: Partial<SpanLimits>;
}

/** Bounds of one span; longer texts are cut. */
interface SpanLimits {
  readonly attributes: number;
  readonly events: number;
  readonly nameLength: number;
  readonly valueBytes: number;
  readonly futureMs: number;
  readonly pastMs: number;
}

const defaultLimits: SpanLimits = {
  attributes: 128,
  events: 128,
  nameLength: 200,
  valueBytes: 4 * 1024,
  futureMs: 10 * 60_000,
  pastMs: 400 * 24 * 3_600_000,
};
const rowBytes = 960 * 1024;

/**
 * The way in for spans. A span without a valid trace id and span id is refused: nobody could find it.
 * Secrets and personal data are masked as in logs.
 */
export function createTraces(options: TracesOptions): { readonly intake: SpanIntake } {
  const { columns, clock } = options;
  const limits: SpanLimits = { ...defaultLimits, ...options.limits };
  const redactor = createRedactor(options.redaction);
  const write = createSpanLine(redactor, limits);

  return {
    intake: {
      async append(spans, _source) {
        const refusals = createRefusals();
        const bounds = { earliest: clock.now() - limits.pastMs, latest: clock.now() + limits.futureMs };
        const lines: string[] = [];
        for (const span of spans) {
          const refusal = faultOf(span, bounds);
          if (refusal !== undefined) {
            refusals.add(refusal);
            continue;
          }
          const line = write(span);
          if (line.length * 3 > rowBytes && Buffer.byteLength(line) > rowBytes) {
            refusals.add({
              reason: 'too_large',
              message: `A span may take ${rowBytes} bytes with all its fields.`,
              count: 1,
            });
            continue;
          }
          lines.push(line);
        }
        if (lines.length > 0) await columns.insert('span', lines);
        return { accepted: lines.length, refusals: refusals.list() };
      },
    },
  };
}

function faultOf(
  span: IncomingSpan,
  bounds: { readonly earliest: number; readonly latest: number },
): Refusal | undefined {
  if (hexId(span.traceId, 32) === '' || hexId(span.spanId, 16) === '') {
    return { reason: 'unreadable', message: 'A span needs a trace id and a span id.', count: 1 };
  }
  const startMs = span.startUs / 1000;
  if (!Number.isFinite(startMs) || !(span.durationUs >= 0)) {
    return { reason: 'unreadable', message: 'A span ends before it begins, or has no time.', count: 1 };
  }
  if (startMs > bounds.latest) {
    return { reason: 'time_in_future', message: 'A span begins in the future.', count: 1 };
  }
  if (startMs < bounds.earliest) {
    return { reason: 'time_too_old', message: 'A span began too long ago.', count: 1 };
  }
  return undefined;
}

/** Returns a function that makes a row of `span` as JSON, without its place. */
function createSpanLine(redactor: Redactor, limits: SpanLimits): (span: IncomingSpan) => string {
  const bounded = (text: string, bytes: number): string => cutText(text.toWellFormed(), bytes);
  const name = (text: string): string => {
    const short = bounded(text, limits.nameLength * 4).slice(0, limits.nameLength);
    return redactor.name(short)?.text ?? short;
  };
  const value = (field: string, text: string): string => {
    const generous = bounded(text, limits.valueBytes * 2);
    return bounded(redactor.value(field, generous)?.text ?? generous, limits.valueBytes);
  };
  const fields = (attributes: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(attributes)
        .slice(0, limits.attributes)
        .map(([field, text]) => [name(field), value(field, text)]),
    );

  return (span) =>
    JSON.stringify({
      time: Math.floor(span.startUs),
      trace_id: hexId(span.traceId, 32),
      span_id: hexId(span.spanId, 16),
      parent_span_id: hexId(span.parentSpanId, 16),
      name: name(span.name),
      kind: span.kind,
      service: name(span.service),
      host: name(span.host),
      duration_us: Math.floor(span.durationUs),
      status: span.status,
      status_message: value('', span.statusMessage),
      attributes: fields(span.attributes),
      events:
        span.events.length === 0
          ? ''
          : JSON.stringify(
              span.events.slice(0, limits.events).map((event) => ({
                name: name(event.name),
                timeUs: Math.floor(event.timeUs),
                attributes: fields(event.attributes),
              })),
            ),
    });
}
