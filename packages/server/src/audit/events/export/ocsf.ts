import { isIP } from 'node:net';
import type { Catalogue } from '../catalogue.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { OcsfActivity } from '../event-type.ts';
import type { LeafEvent, Outcome, Party, Severity } from '../types.ts';
import { linesOf, type ExportedEvent, type ExportFormat } from './format.ts';

/**
 * The version of the Open Cybersecurity Schema Framework that the events follow. Pinned: 1.7.0 gives
 * `metadata.uid` another meaning and 1.9.0 deprecates `actor.app_name`.
 */
export const ocsfVersion = '1.5.0';

const severityOf: Readonly<Record<Severity, number>> = { info: 1, low: 2, medium: 3, high: 4, critical: 5 };

/** 1 success, 2 failure, 99 other: an attempt has no end yet. */
const statusOf: Readonly<Record<Outcome, number>> = { attempted: 99, succeeded: 1, failed: 2, denied: 2 };

/** Types that OCSF has no class for are API activity "Other"; their details are in `unmapped`. */
const otherActivity: OcsfActivity = { class: 6003, activity: 99 };

/** OCSF wants a name or an id of every user. */
const userOf = (party: Partial<Party>) => ({
  uid: party.id,
  name: party.name ?? (party.id === undefined ? 'sealed' : undefined),
  type: party.type,
});

const addressOf = (address: string): object =>
  isIP(address) === 0 ? { hostname: address } : { ip: address };

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What each class requires beyond the base event (schema.ocsf.io/1.5.0/classes). */
const requiredBy: Readonly<Record<OcsfActivity['class'], (event: LeafEvent) => object>> = {
  3001: (event) => ({ user: userOf(event.target ?? event.actor) }),
  3002: (event) => ({ user: userOf(event.actor) }),
  3003: (event) => ({ user: userOf(event.actor), privileges: event.details['privileges'] }),
  3005: (event) => ({ user: userOf(event.target ?? event.actor), privileges: event.details['privileges'] }),
  6003: (event) => ({
    api: {
      operation: event.action,
      service: { name: event.source },
      request: { uid: event.requestId ?? event.id },
    },
    resources:
      event.target === undefined
        ? undefined
        : [{ uid: event.target.id, name: event.target.name, type: event.target.type }],
  }),
  6005: (event) => {
    const query = text(event.details['query']);
    return {
      // A datastore event has at least one of database, databucket and table.
      table: { name: text(event.details['resource']) ?? event.target?.type ?? event.type },
      type_id: 3,
      query_info: query === undefined ? undefined : { query_string: query },
    };
  },
};

function documentOf({ log, index, leafHash, event }: ExportedEvent, catalogue: Catalogue): unknown {
  const entry = catalogue.find(event.type);
  const { class: classUid, activity } = entry?.ocsf ?? otherActivity;
  const source = { name: event.source, svc_name: event.source };
  return {
    category_uid: Math.floor(classUid / 1000),
    class_uid: classUid,
    activity_id: activity,
    activity_name: activity === 99 ? event.type : undefined,
    type_uid: classUid * 100 + activity,
    time: Date.parse(event.time),
    severity_id: severityOf[event.severity],
    status_id: statusOf[event.outcome],
    status: statusOf[event.outcome] === 99 ? event.outcome : undefined,
    status_detail: text(event.details['reason']),
    message: entry?.title,
    metadata: {
      version: ocsfVersion,
      product: { name: 'Custos', vendor_name: 'Custos' },
      uid: event.id,
      event_code: event.type,
      logged_time: Date.parse(event.receivedTime),
      log_name: log,
      sequence: index,
      tenant_uid: event.tenant,
      correlation_uid: event.traceId,
    },
    actor: { user: userOf(event.actor) },
    src_endpoint: event.address === undefined ? source : { ...source, ...addressOf(event.address) },
    ...requiredBy[classUid](event),
    unmapped: { action: event.action, leaf_hash: leafHash, target: event.target, details: event.details },
  };
}

/** OCSF 1.5.0 events, one per line. */
export function createOcsfFormat(catalogue: Catalogue): ExportFormat {
  return {
    name: 'ocsf',
    mediaType: 'application/x-ndjson',
    extension: 'ocsf.ndjson',
    write: (events) => linesOf(events, (exported) => canonicalJson(documentOf(exported, catalogue))),
  };
}
