import { Readable } from 'node:stream';
import { evidenceInput } from '@custos/contract';
import { invalidInput } from '../../base/errors.ts';
import { httpError } from '../../http/problem.ts';
import type { Routes } from '../../http/types.ts';
import type { Catalogue } from '../events/catalogue.ts';
import type { LeafEvent } from '../events/types.ts';
import { recordRequest, seesPersonalData } from '../routes-record.ts';
import { createShownDetails } from '../shown-details.ts';
import type { AuditLog } from '../types.ts';
import { indexRanges } from './index-ranges.ts';
import type { EvidencePlace } from './evidence-places.ts';
import type { Evidence } from './evidence-zip.ts';

export interface EvidenceRouteParts {
  readonly evidence: Evidence;
  /** Where the newest event with this id is; `AuditIndex.find` does. */
  find(
    id: string,
  ): Promise<{ readonly log: string; readonly index: number; readonly event: LeafEvent } | undefined>;
  readonly catalogue: Pick<Catalogue, 'find'>;
  readonly audit: AuditLog;
}

/** Look-ups under way at once for one archive. */
const findersAtOnce = 8;
/** Unknown ids that one answer names. */
const faultsNamed = 20;
/** Of the places in a record, whose details hold 50 KB. */
const placesTextLimit = 20_000;

/** Where the events are, in the order of the ids. Raises `invalid_input` that names the ids of no event. */
async function placesOf(
  ids: readonly string[],
  find: EvidenceRouteParts['find'],
  seen: (event: LeafEvent) => void,
): Promise<EvidencePlace[]> {
  const found: (EvidencePlace | null)[] = ids.map(() => null);
  const waiting = ids.entries();
  const finder = async (): Promise<void> => {
    for (const [at, id] of waiting) {
      const place = await find(id);
      if (place === undefined) continue;
      seen(place.event);
      found[at] = { log: place.log, index: place.index, id };
    }
  };
  await Promise.all(Array.from({ length: Math.min(findersAtOnce, ids.length) }, finder));
  const unknown = found.flatMap((place, at) => (place === null ? [at] : []));
  if (unknown.length > 0) {
    throw invalidInput(
      unknown.slice(0, faultsNamed).map((at) => ({
        field: `eventIds.${at}`,
        message: `must be the id of an event; there is no "${ids[at]}"`,
      })),
      `${unknown.length} of ${ids.length} events are not in the audit log.`,
    );
  }
  return found.filter((place) => place !== null);
}

/** The indexes of each log, for the record. */
function placesText(places: readonly EvidencePlace[]): Record<string, string> {
  const logs = Map.groupBy(places, ({ log }) => log);
  return Object.fromEntries(
    [...logs].map(([log, of]) => [
      log,
      indexRanges(
        of.map(({ index }) => index),
        placesTextLimit / logs.size,
      ),
    ]),
  );
}

/**
 * `POST /api/v1/audit/evidence`. Streams a ZIP archive that verifies offline. What goes into it is on record
 * as `data.export` before the first byte, with the fields that are disclosed and the reason; disclosing
 * needs `pii.read` as well.
 */
export function evidenceRoutes({ evidence, find, audit, catalogue }: EvidenceRouteParts): Routes {
  const shown = createShownDetails(catalogue);
  return async (app) => {
    app.route({
      method: 'POST',
      url: '/api/v1/audit/evidence',
      config: {
        access: 'audit.read',
        audit: 'evidence.export',
        rateClass: 'export',
        approval: 'bulk-export',
      },
      schema: {
        summary: 'Evidence that verifies offline, as a ZIP archive',
        description:
          'Events with proofs, signed checkpoints and verifiers for a browser, Python and Go. Naming `fields` ' +
          'discloses those sealed fields and needs the permission `pii.read` too. Recorded as `data.export`.',
        produces: ['application/zip'],
        body: evidenceInput,
      },
      handler: async (request, reply) => {
        const { eventIds, fields, reason } = request.body;
        if (fields.length > 0 && !seesPersonalData(request)) {
          throw httpError(403, 'forbidden', 'To disclose fields needs the permission pii.read.');
        }
        const all = seesPersonalData(request);
        let masked = 0;
        const places = await placesOf([...new Set(eventIds)], find, (event) => {
          if (shown({ ...event, details: event.details ?? {} }, all).masked) masked += 1;
        });
        // What is proven is the bytes of the log, and those hold what the reader is not shown.
        if (masked > 0) {
          throw httpError(
            403,
            'forbidden',
            `The details of ${masked} of these events hold personal data; to take them out needs the permission pii.read.`,
          );
        }
        const archive = await evidence.export({ places, fields });
        await recordRequest(audit, request, {
          type: 'data.export',
          action: 'evidence.export',
          details: {
            resource: 'audit-events',
            format: 'evidence-zip',
            recordCount: places.length,
            purpose: reason,
            extra: { fields, places: placesText(places) },
          },
        });
        return reply
          .type('application/zip')
          .header('content-disposition', `attachment; filename="custos-evidence-${request.id}.zip"`)
          .send(Readable.from(archive, { objectMode: false }));
      },
    });
  };
}
