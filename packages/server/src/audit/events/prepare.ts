import { CustosError, type FieldFault } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { commit } from '../vault/commitment.ts';
import type { VaultEntry } from '../vault/service.ts';
import type { Catalogue, CatalogueEntry } from './catalogue.ts';
import { eventInput, type EventInput } from './envelope.ts';
import { faultsOf, unfitEvent } from './errors.ts';
import { detailsText, encodeLeaf } from './leaf.ts';
import { partSensitive, subjectOf } from './sensitive-fields.ts';
import type { AuditEnvelope, JsonObject } from './types.ts';

/** An event that is checked and ready: its leaf, and what the vault has to keep for it. */
export interface PreparedEvent {
  readonly id: string;
  /** True when the sender chose the id. */
  readonly ownId: boolean;
  readonly entry: CatalogueEntry;
  readonly leaf: Uint8Array;
  readonly vaultEntries: readonly VaultEntry[];
}

export interface PrepareContext {
  readonly catalogue: Catalogue;
  /** The authenticated sender. */
  readonly source: string;
  /** When the batch was received, ms. */
  readonly received: number;
}

function entryOf(input: EventInput, catalogue: Catalogue): CatalogueEntry {
  const entry = catalogue.find(input.type);
  if (entry === undefined) {
    throw unfitEvent([
      { field: 'type', message: 'is not in the catalogue; register it, or use one that is' },
    ]);
  }
  const details = entry.details.safeParse(input.details);
  if (!details.success) {
    throw unfitEvent(
      faultsOf(details.error).map(({ field, message }) => ({
        field: field === 'event' ? 'details' : `details.${field}`,
        message,
      })),
    );
  }
  return entry;
}

function checkSource(input: EventInput, source: string): void {
  if (input.source === undefined || input.source === source || input.source.startsWith(`${source}/`)) return;
  throw unfitEvent([{ field: 'source', message: `must be ${source} or begin with ${source}/` }]);
}

let latest = { at: NaN, text: '' };

/** RFC 3339 of a time; many events in a row have the same. */
function timeText(at: number): string {
  if (at !== latest.at) latest = { at, text: new Date(at).toISOString() };
  return latest.text;
}

function completed(
  input: EventInput,
  entry: CatalogueEntry,
  { source, received }: PrepareContext,
): AuditEnvelope {
  const receivedTime = timeText(received);
  return {
    ...input,
    id: input.id ?? newId('aud', received),
    time: input.time ?? receivedTime,
    receivedTime,
    action: input.action ?? input.type,
    severity: input.severity ?? entry.severity,
    source: input.source ?? source,
    details: input.details as JsonObject,
  };
}

/**
 * Checks an event, completes it and makes its leaf. Raises `invalid_input` that names every field at fault.
 * The details in the leaf are what was sent, not what a schema made of them.
 */
export function prepareEvent(raw: unknown, context: PrepareContext): PreparedEvent {
  const parsed = eventInput.safeParse(raw);
  if (!parsed.success) throw unfitEvent(faultsOf(parsed.error));
  const sent = (raw as { readonly details?: unknown }).details ?? {};
  const input = { ...parsed.data, details: sent as EventInput['details'] };
  checkSource(input, context.source);
  // Before the type's schema looks into them, so that nothing deep or huge reaches it.
  const wholeDetails = detailsText(input.details);
  const entry = entryOf(input, context.catalogue);
  const event = completed(input, entry, context);

  const { kept, fields } = partSensitive(event, entry.sealedPaths);
  const vaultEntries = fields.map(({ field, value, whose }) => ({
    eventId: event.id,
    field,
    subject: subjectOf(event, whose),
    commitment: commit(field, value),
  }));
  const { details, ...envelope } = kept;
  const leaf = encodeLeaf({
    envelope,
    // The same object as before, unless a field was taken out of it.
    details: details === event.details ? wholeDetails : detailsText(details),
    digests: vaultEntries.map(({ commitment }) => commitment.digest),
  });
  return { id: event.id, ownId: input.id !== undefined, entry, leaf, vaultEntries };
}

/** Prepares an event, or says what is wrong with it. */
export function tryPrepare(
  raw: unknown,
  context: PrepareContext,
): { readonly prepared: PreparedEvent } | { readonly faults: readonly FieldFault[] } {
  try {
    return { prepared: prepareEvent(raw, context) };
  } catch (error) {
    if (error instanceof CustosError && error.code === 'invalid_input') return { faults: error.fields };
    throw error;
  }
}
