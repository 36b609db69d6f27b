import {
  auditEvent,
  auditEventDetail,
  auditEventTypes,
  auditHistogram,
  auditHistogramQuery,
  auditQuery,
  auditTop,
  auditTopQuery,
  byId,
  pageOf,
  pageQuery,
  revealed,
  revealInput,
  securityGroups,
  securityGroupsQuery,
  type AuditQuery,
} from '@custos/contract';
import { z } from 'zod';
import type { Routes } from '../http/types.ts';
import type { Catalogue } from './events/catalogue.ts';
import type { AuditIndex } from './index/service.ts';
import type { Reading } from './reading.ts';
import { recordRequest, seesPersonalData } from './routes-record.ts';
import { createShownDetails } from './shown-details.ts';
import type { AuditLog } from './types.ts';

const read = { access: 'audit.read' } as const;

export interface AuditRoutesParts {
  readonly audit: AuditLog;
  readonly reading: Pick<Reading, 'filterOf' | 'search' | 'detail' | 'reveal'>;
  readonly index: Pick<AuditIndex, 'histogram' | 'top' | 'securityGroups'>;
  readonly catalogue: Pick<Catalogue, 'list' | 'find'>;
}

/** A query as text for the record: what people look for is often about other people, so it is sealed. */
const queryText = (query: AuditQuery): string => JSON.stringify(query).slice(0, 20_000);

/**
 * Reading the audit log. Each answer with events is itself on record, as `data.access` with the query and
 * the number of events; without that record nothing is shown.
 */
export function auditRoutes({ audit, reading, index, catalogue }: AuditRoutesParts): Routes {
  const shown = createShownDetails(catalogue);
  return async (app) => {
    app.get(
      '/api/v1/audit/events',
      {
        config: read,
        schema: {
          summary: 'The audit log, newest first',
          description: 'Each page that is read is itself recorded, as `audit.read`.',
          querystring: auditQuery.extend(pageQuery.shape),
          response: { 200: pageOf(auditEvent) },
        },
      },
      async (request) => {
        const { cursor, limit, ...query } = request.query;
        const page = await reading.search(await reading.filterOf(query), { cursor, limit });
        await recordRequest(audit, request, {
          action: 'audit.read',
          type: 'data.access',
          details: { resource: 'audit log', query: queryText(query), recordCount: page.items.length },
        });
        const all = seesPersonalData(request);
        const items = page.items.map((event) => ({ ...event, details: shown(event, all).details }));
        return { ...page, items };
      },
    );

    app.get(
      '/api/v1/audit/events/:id',
      {
        config: read,
        schema: {
          summary: 'One event with its proof',
          params: byId,
          response: { 200: auditEventDetail },
        },
      },
      async (request) => {
        const { id } = request.params;
        const detail = await reading.detail(id);
        await recordRequest(audit, request, {
          action: 'audit.read',
          type: 'data.access',
          target: { type: 'audit-event', id },
          details: { resource: 'audit event', recordCount: 1 },
        });
        const { details, masked } = shown(detail, seesPersonalData(request));
        // The hash proves the event just as well to who may not read all of its bytes.
        const proof = masked ? { ...detail.proof, leaf: null } : detail.proof;
        return { ...detail, details, proof };
      },
    );

    app.post(
      '/api/v1/audit/events/:id/reveal',
      {
        config: { access: 'pii.read', rateClass: 'reveal', stepUp: true },
        schema: {
          summary: 'The value of one sealed field',
          description: 'Needs a reason, which goes on record before the value is shown.',
          params: byId,
          body: revealInput,
          response: { 200: revealed },
        },
      },
      async (request) => {
        const { field, reason } = request.body;
        const { id } = request.params;
        const target = { type: 'audit-event', id };
        const details = { resource: field, recordCount: 1, purpose: reason };
        await recordRequest(audit, request, {
          action: 'audit.reveal',
          type: 'data.access',
          target,
          outcome: 'attempted',
          details,
        });
        const value = await reading.reveal(id, field);
        await recordRequest(audit, request, { action: 'audit.reveal', type: 'data.access', target, details });
        return { field, value };
      },
    );

    app.get(
      '/api/v1/audit/types',
      {
        config: read,
        schema: { summary: 'The catalogue of event types', response: { 200: auditEventTypes } },
      },
      () => ({
        types: catalogue.list().map((entry) => ({
          type: entry.type,
          title: entry.title,
          category: entry.category,
          log: entry.retention,
          severity: entry.severity,
          protected: entry.protected,
          sensitiveFields: [...entry.sealedPaths.keys()],
          details: z.toJSONSchema(entry.details, { io: 'input', unrepresentable: 'any' }),
        })),
      }),
    );

    app.get(
      '/api/v1/audit/histogram',
      {
        config: read,
        schema: {
          summary: 'Events per step of time',
          querystring: auditHistogramQuery,
          response: { 200: auditHistogram },
        },
      },
      async ({ query: { stepMs, ...query } }) => {
        const { from, to } = query;
        return {
          steps: await index.histogram(await reading.filterOf(query), { from, to, stepMs }),
        };
      },
    );

    app.get(
      '/api/v1/audit/top',
      {
        config: read,
        schema: {
          summary: 'The most frequent values of a field',
          querystring: auditTopQuery,
          response: { 200: auditTop },
        },
      },
      async ({ query: { field, limit, ...query } }) => ({
        values: await index.top(await reading.filterOf(query), field, limit),
      }),
    );

    app.get(
      '/api/v1/audit/security-groups',
      {
        config: read,
        schema: {
          summary: 'Security events, grouped by source',
          querystring: securityGroupsQuery,
          response: { 200: securityGroups },
        },
      },
      async ({ query }) => {
        const groups = await index.securityGroups(query);
        return { groups: groups.map((group) => ({ ...group, kinds: [...group.kinds] })) };
      },
    );
  };
}
