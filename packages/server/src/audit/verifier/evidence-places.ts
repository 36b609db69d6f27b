import { decodeLeaf } from '../events/leaf.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import { checkpointTrust, parsePolicy } from '../log/formats/policy.ts';
import { formatNote, type SignedNote } from '../log/formats/signed-note.ts';
import { formatProof, parseProof } from '../log/formats/tlog-proof.ts';
import type { LogReader } from '../log/log-reader.ts';
import { disclosedEvent } from '../vault/disclosed.ts';
import type { Vault } from '../vault/service.ts';
import type { EvidenceEvent } from './bundle.ts';
import { evidenceNotReady, unfitEvidence } from './errors.ts';

/** Where an event is, and which one is meant. */
export interface EvidencePlace {
  /** Name of the log. */
  readonly log: string;
  readonly index: number;
  readonly id: string;
}

export interface EvidenceSources {
  readonly reader: (log: string) => Pick<LogReader, 'entry' | 'inclusionProof' | 'receipt'>;
  readonly vault: Pick<Vault, 'disclose'>;
}

/** What is asked for. */
export interface EvidenceRequest {
  readonly places: readonly EvidencePlace[];
  /** Dotted paths of the sealed fields to disclose; every other one stays closed. */
  readonly fields: readonly string[] | 'all';
}

/** One checkpoint for each log, so that all proofs of a bundle speak of one state. */
export type EvidenceCheckpoints = ReadonlyMap<string, { readonly note: SignedNote; readonly size: number }>;

/**
 * Takes the newest checkpoint of each log that has all the places in it. Raises `evidence_not_ready` when it
 * does not satisfy the policy.
 */
export async function takeCheckpoints(
  places: readonly EvidencePlace[],
  { reader }: EvidenceSources,
  policyText: string,
): Promise<EvidenceCheckpoints> {
  const policy = parsePolicy(policyText);
  const highest = new Map<string, number>();
  for (const { log, index } of places) highest.set(log, Math.max(index, highest.get(log) ?? 0));
  const taken = new Map<string, { note: SignedNote; size: number }>();
  for (const [log, index] of highest) {
    const { checkpoint: note } = parseProof(await reader(log).receipt(index));
    const trust = checkpointTrust(note, policy);
    if (!trust.trusted) throw evidenceNotReady(log, trust.reason);
    taken.set(log, { note, size: parseCheckpoint(note.text).size });
  }
  return taken;
}

function idOf(leaf: Uint8Array): unknown {
  try {
    return decodeLeaf(leaf).id;
  } catch {
    return undefined;
  }
}

async function disclosuresOf(
  id: string,
  fields: EvidenceRequest['fields'],
  { vault }: EvidenceSources,
): Promise<string[]> {
  if (fields.length === 0) return [];
  const kept = await vault.disclose(id, fields === 'all' ? undefined : fields);
  return [...kept.values()];
}

/** An event as it is in the log, with the disclosures that were asked for and are still kept. */
export interface FoundEvidence extends Omit<EvidenceEvent, 'proof'> {
  /** Fields that were disclosed. */
  readonly disclosed: readonly string[];
  readonly closed: number;
}

/** Reads one place anew. Raises `invalid_input` when another event is there, `not_found` when none is. */
export async function findEvent(
  { log, index, id }: EvidencePlace,
  sources: EvidenceSources,
  fields: EvidenceRequest['fields'],
): Promise<FoundEvidence> {
  const leaf = await sources.reader(log).entry(index);
  if (idOf(leaf) !== id) {
    throw unfitEvidence('places', `must name the event that is there: entry ${index} of ${log} is not ${id}`);
  }
  const disclosures = await disclosuresOf(id, fields, sources);
  return { leaf, disclosures, ...putBack(leaf, disclosures) };
}

function putBack(leaf: Uint8Array, disclosures: readonly string[]) {
  const { disclosed, closed } = disclosedEvent(leaf, disclosures);
  return { disclosed, closed };
}

/** The receipt of a place under the checkpoint that was taken of its log. */
export async function proveEvent(
  { log, index }: EvidencePlace,
  { reader }: EvidenceSources,
  checkpoints: EvidenceCheckpoints,
): Promise<string> {
  const checkpoint = checkpoints.get(log);
  if (checkpoint === undefined) throw unfitEvidence('places', 'must be of a log with a checkpoint');
  const proof = await reader(log).inclusionProof(index, checkpoint.size);
  return formatProof({ index, proof, checkpoint: checkpoint.note });
}

export const noteText = ({ note }: { readonly note: SignedNote }): string => formatNote(note);
