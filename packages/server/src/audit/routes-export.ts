import { Readable } from 'node:stream';
import { auditExportFormat, auditQuery } from '@custos/contract';
import { z } from 'zod';
import { invalidInput } from '../base/errors.ts';
import type { Routes } from '../http/types.ts';
import type { Catalogue } from './events/catalogue.ts';
import type { ExportFormat, ExportedEvent } from './events/export/format.ts';
import type { JsonObject, LeafEvent } from './events/types.ts';
import type { FoundEvent } from './index/types.ts';
import type { Ledger } from './log/ledger-types.ts';
import type { Reading } from './reading.ts';
import { recordRequest, seesPersonalData } from './routes-record.ts';
import { createShownDetails } from './shown-details.ts';
import type { AuditLog } from './types.ts';

async function* exported(
  events: AsyncIterable<FoundEvent>,
  ledger: Pick<Ledger, 'reader'>,
  shown: (event: LeafEvent) => LeafEvent,
): AsyncGenerator<ExportedEvent> {
  for await (const { log, index, event } of events) {
    const hash = await ledger.reader(log).leafHash(index);
    yield { log, index, leafHash: hash.toString('base64'), event: shown(event) };
  }
}

/**
 * `GET /api/v1/audit/export`: what a search finds, newest first, in one of the forms that other systems
 * read. Sealed fields stay sealed, and details are masked for who lacks `pii.read`. The export is on record, as `data.export`, before its first byte.
 */
export function exportRoutes(parts: {
  readonly audit: AuditLog;
  readonly reading: Pick<Reading, 'filterOf' | 'all'>;
  readonly ledger: Pick<Ledger, 'reader'>;
  readonly catalogue: Pick<Catalogue, 'find'>;
  readonly formats: ReadonlyMap<string, ExportFormat>;
  /** How many events a filter finds. */
  readonly count: (filter: Awaited<ReturnType<Reading['filterOf']>>) => Promise<number>;
}): Routes {
  const { audit, reading, ledger, formats, count } = parts;
  const shownDetails = createShownDetails(parts.catalogue);
  return async (app) => {
    app.get(
      '/api/v1/audit/export',
      {
        config: { access: 'audit.read', rateClass: 'export', approval: 'bulk-export' },
        schema: {
          summary: 'Events in the form of another system',
          querystring: auditQuery.extend({ format: auditExportFormat.default('ndjson') }),
          response: { 200: z.any() },
        },
      },
      async (request, reply) => {
        const { format: name, ...query } = request.query;
        const format = formats.get(name);
        if (format === undefined) {
          throw invalidInput([
            { field: 'format', message: `must be one of ${[...formats.keys()].join(', ')}` },
          ]);
        }
        const filter = await reading.filterOf(query);
        await recordRequest(audit, request, {
          action: 'audit.export',
          type: 'data.export',
          details: { resource: 'audit log', format: name, recordCount: await count(filter) },
        });
        const all = seesPersonalData(request);
        const shown = (event: LeafEvent): LeafEvent => ({
          ...event,
          details: shownDetails({ ...event, details: event.details ?? {} }, all).details as JsonObject,
        });
        const text = format.write(exported(reading.all(filter), ledger, shown));
        return reply
          .header('content-disposition', `attachment; filename="audit.${format.extension}"`)
          .type(format.mediaType)
          .send(Readable.from(text, { objectMode: false }));
      },
    );
  };
}
