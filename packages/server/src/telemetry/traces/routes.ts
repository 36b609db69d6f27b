import {
  pageOf,
  personalDataPermission,
  traceDetail,
  traceListQuery,
  traceSummary,
  type TraceDetailView,
} from '@custos/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { decodeCursor, pageFrom } from '../../http/paging.ts';
import type { Routes } from '../../http/types.ts';
import { maskField, maskLine, maskRecord } from '../search/personal.ts';
import type { TraceReading } from './reading.ts';

const config = { access: 'log.read' } as const;
const byTraceId = z.object({ traceId: z.string().min(1).max(64) });

const mayRead = ({ identity }: Pick<FastifyRequest, 'identity'>): boolean =>
  identity?.permissions.has(personalDataPermission) === true;

const masked = (attributes: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [maskLine(name), maskField(name, value)]),
  );

const maskTrace = (trace: TraceDetailView): TraceDetailView => ({
  ...trace,
  services: trace.services.map(maskLine),
  spans: trace.spans.map((span) => ({
    ...span,
    name: maskLine(span.name),
    service: maskLine(span.service),
    statusMessage: maskLine(span.statusMessage),
    attributes: masked(span.attributes),
    events: span.events.map((event) => ({
      ...event,
      name: maskLine(event.name),
      attributes: masked(event.attributes),
    })),
  })),
  logs: trace.logs.map(maskRecord),
});

/** Traces and their spans, with personal data masked for those who may not see it. */
export function traceRoutes(traces: TraceReading): Routes {
  return async (app) => {
    app.get(
      '/api/v1/traces',
      {
        config,
        schema: {
          summary: 'Traces, latest first',
          querystring: traceListQuery,
          response: { 200: pageOf(traceSummary) },
        },
      },
      async (request) => {
        const { cursor, limit, ...filter } = request.query;
        const key = cursor === undefined ? null : decodeCursor(cursor, ['number', 'string']);
        const after = key === null ? null : { startUs: key[0], traceId: key[1] };
        const found = await traces.list(filter, { after, limit: limit + 1 });
        const page = pageFrom(found, limit, ({ place }) => [place.startUs, place.traceId]);
        const hide = mayRead(request) ? (text: string) => text : maskLine;
        return {
          ...page,
          items: page.items.map(({ view }) => ({
            ...view,
            name: hide(view.name),
            service: hide(view.service),
          })),
        };
      },
    );
    app.get(
      '/api/v1/traces/:traceId',
      {
        config,
        schema: {
          summary: 'A trace with its spans and log records',
          params: byTraceId,
          response: { 200: traceDetail },
        },
      },
      async (request) => {
        const trace = await traces.trace(request.params.traceId);
        return mayRead(request) ? trace : maskTrace(trace);
      },
    );
  };
}
