import { canonicalJson } from '../canonical-json.ts';
import { linesOf, type ExportFormat } from './format.ts';

/**
 * CloudEvents 1.0 in the structured JSON mode, one per line. `source` is a URI reference, `type` has the
 * reversed domain that the specification asks for, `subject` is the target; the place in the log travels in
 * extension attributes, whose names may only be small letters and digits.
 */
export const cloudEventsFormat: ExportFormat = {
  name: 'cloudevents',
  mediaType: 'application/x-ndjson',
  extension: 'cloudevents.ndjson',
  write: (events) =>
    linesOf(events, ({ log, index, leafHash, event }) => {
      const { type, id } = event.target ?? {};
      return canonicalJson({
        specversion: '1.0',
        id: event.id,
        source: `/sources/${event.source.split('/').map(encodeURIComponent).join('/')}`,
        type: `dev.custos.audit.${event.type}`,
        subject: type === undefined ? undefined : [type, id].filter((part) => part !== undefined).join('/'),
        time: event.time,
        datacontenttype: 'application/json',
        custoslog: log,
        // Integers of CloudEvents have 32 bits, and a log grows beyond that.
        custosindex: String(index),
        custosleafhash: leafHash,
        data: event,
      });
    }),
};
