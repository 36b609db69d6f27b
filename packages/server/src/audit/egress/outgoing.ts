import type { ExportedEvent } from '../events/export/format.ts';
import type { EventInput } from '../events/envelope.ts';
import { decodeLeaf } from '../events/leaf.ts';
import type { LeafEvent } from '../events/types.ts';
import { leafHash } from '../log/merkle/hashing.ts';
import { disclosedEvent } from '../vault/disclosed.ts';
import type { Vault } from '../vault/service.ts';
import { readEntries } from './entries.ts';
import type { EgressDefinition, EgressReader } from './types.ts';

interface Range {
  readonly log: string;
  readonly from: number;
  readonly to: number;
}

/** Disclosures of a batch by the index of their entry, and how many of each field. */
export interface BatchDisclosures {
  readonly byIndex: ReadonlyMap<number, readonly string[]>;
  readonly byField: Readonly<Record<string, number>>;
}

export const nothingDisclosed: BatchDisclosures = { byIndex: new Map(), byField: {} };

/** An entry that is no event of ours goes out as it is: no entry may hold up those after it. */
function opaqueEvent(index: number, leaf: Uint8Array): LeafEvent {
  const unknown = new Date(0).toISOString();
  return {
    v: 1,
    id: `entry-${index}`,
    time: unknown,
    receivedTime: unknown,
    type: 'log.entry',
    action: 'log.entry',
    outcome: 'attempted',
    severity: 'info',
    source: 'custos',
    actor: { type: 'unknown' },
    details: { base64: Buffer.from(leaf).toString('base64') },
  };
}

function eventOf(index: number, leaf: Uint8Array): LeafEvent {
  try {
    const event: unknown = decodeLeaf(leaf);
    if (typeof event === 'object' && event !== null && 'receivedTime' in event) return event as LeafEvent;
  } catch {
    // Not JSON; opaque like everything else that is no event.
  }
  return opaqueEvent(index, leaf);
}

/** Collects what a destination may see of the sealed fields of a batch. */
export async function collectDisclosures(
  source: { readonly reader: EgressReader; readonly vault: Pick<Vault, 'disclose'> },
  { from, to }: Range,
  fields: NonNullable<EgressDefinition['disclose']>,
): Promise<BatchDisclosures> {
  const byIndex = new Map<number, readonly string[]>();
  const byField: Record<string, number> = {};
  for await (const { index, leaf } of readEntries(source.reader, from, to)) {
    const event = eventOf(index, leaf);
    if (event.sealed === undefined) continue;
    const found = await source.vault.disclose(event.id, fields === 'all' ? undefined : fields);
    if (found.size === 0) continue;
    byIndex.set(index, [...found.values()]);
    for (const field of found.keys()) byField[field] = (byField[field] ?? 0) + 1;
  }
  return { byIndex, byField };
}

/** The event that says what left in clear, and where it went. */
export function disclosureRecord(
  destination: string,
  { log, from, to }: Range,
  { byIndex, byField }: BatchDisclosures,
): EventInput {
  const fields = Object.entries(byField).map(([field, count]) => `${field} ${count}`);
  return {
    type: 'data.export',
    action: 'audit-event.disclose',
    outcome: 'attempted',
    actor: { type: 'service', id: 'audit-egress' },
    target: { type: 'destination', id: destination },
    details: {
      resource: `audit/${log}/${from}-${to}`,
      format: 'disclosed fields',
      recordCount: byIndex.size,
      purpose: fields.join(', ').slice(0, 500),
    },
  };
}

/** An entry as an event, with what is disclosed put back. */
export function exportedEvent(
  { log, index }: { readonly log: string; readonly index: number },
  leaf: Uint8Array,
  disclosures: readonly string[] = [],
): ExportedEvent {
  const event =
    disclosures.length === 0
      ? eventOf(index, leaf)
      : (disclosedEvent(leaf, disclosures).event as unknown as LeafEvent);
  return { log, index, leafHash: leafHash(leaf).toString('base64'), event };
}

/** The entries of a batch as events. */
export async function* outgoingEvents(
  reader: EgressReader,
  { log, from, to }: Range,
  { byIndex }: BatchDisclosures,
): AsyncGenerator<ExportedEvent> {
  for await (const { index, leaf } of readEntries(reader, from, to)) {
    yield exportedEvent({ log, index }, leaf, byIndex.get(index));
  }
}

/** When an entry was received, ms; `undefined` when it does not say. */
export function receivedAt(leaf: Uint8Array): number | undefined {
  try {
    const time = Date.parse(decodeLeaf(leaf).receivedTime);
    return Number.isFinite(time) ? time : undefined;
  } catch {
    return undefined; // No event of ours.
  }
}
