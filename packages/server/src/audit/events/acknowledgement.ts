import type { FieldFault } from '../../base/errors.ts';
import type { CatalogueEntry } from './catalogue.ts';

/**
 * What an answer to a sender means: `durable` that the event is on disk, `witnessed` that a quorum of
 * witnesses has signed a checkpoint with it, `buffered` only that it is in memory and may be lost.
 */
export const acknowledgements = ['durable', 'witnessed', 'buffered'] as const;
export type Acknowledgement = (typeof acknowledgements)[number];

/** Why an event of this type cannot be acknowledged at this level; `undefined` when it can. */
export function acknowledgementFault(
  entry: CatalogueEntry,
  acknowledgement: Acknowledgement,
): FieldFault | undefined {
  if (acknowledgement !== 'buffered' || !entry.protected) return undefined;
  return {
    field: 'acknowledgement',
    message: `must be durable or witnessed for ${entry.type}: ${entry.retention} events are never kept in memory only`,
  };
}
