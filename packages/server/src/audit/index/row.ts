import { detailPairs } from './detail-pairs.ts';
import { detailsOf, foldedLeaf, type IndexedEntry } from './indexed-entry.ts';
import { valueOf } from './matches.ts';

/** The columns of a row, in the order of {@link rowLine}. */
export const rowColumns = [
  'log',
  'idx',
  'received_ms',
  'id',
  'type',
  'action',
  'outcome',
  'severity',
  'source',
  'tenant',
  'actor_type',
  'actor_id',
  'target_id',
  'request_id',
  'trace_id',
  'details',
  'leaf',
  'folded',
  'encoded',
] as const;

const nothing = Array.from({ length: 11 }, () => '');

/** The row of an entry as a line of `JSONCompactEachRow`; the same for the same entry, always. */
export function rowLine(entry: IndexedEntry): string {
  const { log, index, receivedTime, event, text } = entry;
  const told =
    event === null
      ? ['', ...nothing, []]
      : [
          event.id,
          event.type,
          event.action,
          event.outcome,
          event.severity,
          event.source,
          valueOf.tenant(event),
          event.actor.type,
          valueOf.actor(event),
          valueOf.target(event),
          valueOf.requestId(event),
          valueOf.traceId(event),
          detailPairs(detailsOf(event)),
        ].map((value) => (typeof value === 'string' ? value.toWellFormed() : value));
  const encoded = text === '' ? entry.bytes.toString('base64') : '';
  const folded = entry.ascii || encoded !== '' ? '' : foldedLeaf(entry);
  return `${JSON.stringify([log, index, receivedTime, ...told, text, folded, encoded])}\n`;
}
