import type { IncomingSpan, Refusal } from '../../types.ts';
import { tooMany } from '../errors.ts';
import { mostItems } from '../limits.ts';
import { addAttributes } from './attributes.ts';
import type { Span, TracesRequest } from './messages.ts';
import { commonFields, idOf, type CommonFields } from './resource-fields.ts';

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const statuses = ['unset', 'ok', 'error'] as const;

function spanOf(span: Span, common: CommonFields): IncomingSpan | undefined {
  const traceId = idOf(span.traceId, 32);
  const spanId = idOf(span.spanId, 16);
  const startUs = span.startTimeUnixNano ?? 0;
  // Without these a span has no place in any trace (OpenTelemetry's trace data model).
  if (traceId === '' || spanId === '' || startUs === 0) return undefined;
  const attributes: Record<string, string> = { ...common.fields };
  addAttributes(attributes, span.attributes);
  if (span.links !== undefined && span.links.length > 0) attributes['links'] = JSON.stringify(span.links);
  return {
    traceId,
    spanId,
    parentSpanId: idOf(span.parentSpanId, 16),
    name: span.name ?? '',
    kind: kinds[span.kind ?? 0] ?? 'internal',
    service: common.service,
    host: common.host,
    startUs,
    durationUs: Math.max(0, (span.endTimeUnixNano ?? 0) - startUs),
    status: statuses[span.status?.code ?? 0] ?? 'unset',
    statusMessage: span.status?.message ?? '',
    attributes,
    events: (span.events ?? []).map(({ name = '', timeUnixNano = startUs, attributes: given }) => {
      const fields: Record<string, string> = {};
      addAttributes(fields, given);
      return { name, timeUs: timeUnixNano, attributes: fields };
    }),
  };
}

/** The spans of a request, and those without ids or a start, which are left out. */
export function spansOf(request: TracesRequest): {
  readonly spans: readonly IncomingSpan[];
  readonly refusals: readonly Refusal[];
} {
  const spans: IncomingSpan[] = [];
  let unusable = 0;
  for (const { resource, scopeSpans = [] } of request.resourceSpans ?? []) {
    for (const { scope, spans: given = [] } of scopeSpans) {
      const common = commonFields(resource, scope);
      if (spans.length + given.length > mostItems) throw tooMany('spans', mostItems);
      for (const one of given) {
        const span = spanOf(one, common);
        if (span === undefined) unusable += 1;
        else spans.push(span);
      }
    }
  }
  const message = 'A span needs a trace id, a span id and a start.';
  return { spans, refusals: unusable === 0 ? [] : [{ reason: 'unreadable', message, count: unusable }] };
}
