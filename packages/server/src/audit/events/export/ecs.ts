import { isIP } from 'node:net';
import type { Catalogue } from '../catalogue.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { Outcome, Party, Severity } from '../types.ts';
import { linesOf, type ExportedEvent, type ExportFormat } from './format.ts';

/** The version of the Elastic Common Schema that the fields follow. */
export const ecsVersion = '8.17.0';

const outcomeOf: Readonly<Record<Outcome, 'success' | 'failure' | 'unknown'>> = {
  attempted: 'unknown',
  succeeded: 'success',
  failed: 'failure',
  denied: 'failure',
};

/** ECS leaves the numbers of `event.severity` to the source; these are the levels of syslog, turned round. */
const severityOf: Readonly<Record<Severity, number>> = { info: 1, low: 2, medium: 4, high: 5, critical: 6 };

const userOf = (party: Partial<Party>) => ({ id: party.id, name: party.name });

function documentOf({ log, index, leafHash, event }: ExportedEvent, catalogue: Catalogue): unknown {
  const entry = catalogue.find(event.type);
  const { target, address } = event;
  return {
    '@timestamp': event.time,
    ecs: { version: ecsVersion },
    message: entry?.title,
    event: {
      id: event.id,
      kind: 'event',
      category: entry?.ecs?.category,
      type: entry?.ecs?.type ?? ['info'],
      action: event.action,
      code: event.type,
      outcome: outcomeOf[event.outcome],
      severity: severityOf[event.severity],
      ingested: event.receivedTime,
      dataset: `custos.${log}`,
      module: 'custos',
      provider: event.source,
      sequence: index,
      hash: leafHash,
    },
    user: { ...userOf(event.actor), target: target?.type === 'user' ? userOf(target) : undefined },
    source: address === undefined ? undefined : { address, ip: isIP(address) === 0 ? undefined : address },
    service: { name: event.source },
    organization: event.tenant === undefined ? undefined : { id: event.tenant },
    trace: event.traceId === undefined ? undefined : { id: event.traceId },
    http: event.requestId === undefined ? undefined : { request: { id: event.requestId } },
    // ECS keeps what it does not know under a name of the product's own.
    custos: {
      actor_type: event.actor.type,
      target,
      details: event.details,
      sealed: event.sealed?.digests.length,
    },
  };
}

/** Elastic Common Schema documents, one per line. */
export function createEcsFormat(catalogue: Catalogue): ExportFormat {
  return {
    name: 'ecs',
    mediaType: 'application/x-ndjson',
    extension: 'ecs.ndjson',
    write: (events) => linesOf(events, (exported) => canonicalJson(documentOf(exported, catalogue))),
  };
}
