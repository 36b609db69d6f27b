import { canonicalJson } from '../canonical-json.ts';
import { linesOf, type ExportFormat } from './format.ts';

/** Newline-delimited JSON: the event as it is, with its place in the log. */
export const ndjsonFormat: ExportFormat = {
  name: 'ndjson',
  mediaType: 'application/x-ndjson',
  extension: 'ndjson',
  write: (events) =>
    linesOf(events, ({ log, index, leafHash, event }) => canonicalJson({ log, index, leafHash, event })),
};
