import {
  byId,
  logFields,
  logFieldsQuery,
  logHistogram,
  logHistogramQuery,
  logListQuery,
  logPatterns,
  logQuery,
  logRecord,
  logSurroundings,
  logValues,
  logValuesQuery,
  pageOf,
  personalDataPermission,
  type LogRecordView,
} from '@custos/contract';
import type { FastifyRequest } from 'fastify';
import type { AuditLog } from '../../audit/types.ts';
import { decodeCursor, pageFrom } from '../../http/paging.ts';
import type { Routes } from '../../http/types.ts';
import { maskField, maskPatterns, maskRecord } from './personal.ts';
import { logExportRoutes } from './routes-export.ts';
import { savedSearchRoutes } from './routes-searches.ts';
import { tailRoutes, type SignedIn } from './routes-tail.ts';
import type { LogSearch } from './service.ts';
import type { TailStreams } from './tail-streams.ts';

const config = { access: 'log.read' } as const;

const mayRead = ({ identity }: FastifyRequest): boolean =>
  identity?.permissions.has(personalDataPermission) === true;

/** Searching logs. Personal data that is found in their text is masked for those who may not see it. */
export function logSearchRoutes({
  search,
  streams,
  audit,
}: {
  readonly search: LogSearch;
  readonly streams: Pick<TailStreams<SignedIn>, 'open'>;
  readonly audit: AuditLog;
}): Routes {
  return async (app) => {
    const shown = (request: unknown, records: readonly LogRecordView[]): LogRecordView[] =>
      mayRead(request as FastifyRequest) ? [...records] : records.map(maskRecord);

    app.get(
      '/api/v1/logs',
      {
        config,
        schema: {
          summary: 'Log records that a search finds',
          querystring: logListQuery,
          response: { 200: pageOf(logRecord) },
        },
      },
      async (request) => {
        const { cursor, limit, order, ...query } = request.query;
        const key = cursor === undefined ? null : decodeCursor(cursor, ['number', 'string', 'number']);
        const after =
          key === null ? null : { timeMs: key[0], spoolId: key[1], spoolRow: Math.max(0, key[2]) };
        const found = await search.list(search.scope(query), { order, limit: limit + 1, after });
        const page = pageFrom(found, limit, ({ place }) => [place.timeMs, place.spoolId, place.spoolRow]);
        return {
          ...page,
          items: shown(
            request,
            page.items.map(({ view }) => view),
          ),
        };
      },
    );

    app.get(
      '/api/v1/logs/histogram',
      {
        config,
        schema: {
          summary: 'How many records came when, by severity',
          querystring: logHistogramQuery,
          response: { 200: logHistogram },
        },
      },
      ({ query: { buckets, ...query } }) => search.histogram(search.scope(query), buckets),
    );

    app.get(
      '/api/v1/logs/fields',
      {
        config,
        schema: {
          summary: 'Fields that a search can name',
          querystring: logFieldsQuery,
          response: { 200: logFields },
        },
      },
      async ({ query: { prefix, ...query } }) => ({
        fields: await search.fields(search.scope(query), prefix),
      }),
    );

    app.get(
      '/api/v1/logs/values',
      {
        config,
        schema: { summary: 'Values of a field', querystring: logValuesQuery, response: { 200: logValues } },
      },
      async (request) => {
        const { prefix, field, ...query } = request.query;
        const values = await search.values(search.scope(query), field, prefix);
        const all = mayRead(request as FastifyRequest);
        return {
          values: values.map(({ value, records }) => ({
            value: all ? value : maskField(field, value),
            records,
          })),
        };
      },
    );

    app.get(
      '/api/v1/logs/patterns',
      {
        config,
        schema: {
          summary: 'Similar lines folded into shapes',
          querystring: logQuery,
          response: { 200: logPatterns },
        },
      },
      async (request) => {
        const found = await search.patterns(search.scope(request.query));
        return mayRead(request as FastifyRequest) ? found : maskPatterns(found);
      },
    );

    app.get(
      '/api/v1/logs/:id',
      {
        config,
        schema: { summary: 'One log record', params: byId, response: { 200: logRecord } },
      },
      async (request) => shown(request, [await search.record(request.params.id)])[0],
    );

    app.get(
      '/api/v1/logs/:id/around',
      {
        config,
        schema: {
          summary: 'Records right before and after one, of the same service and host',
          params: byId,
          response: { 200: logSurroundings },
        },
      },
      async (request) => {
        const { before, after } = await search.surroundings(request.params.id);
        return { before: shown(request, before), after: shown(request, after) };
      },
    );

    await app.register(savedSearchRoutes(search.searches));
    await app.register(logExportRoutes(search, audit));
    await app.register(tailRoutes(search, streams));
  };
}
