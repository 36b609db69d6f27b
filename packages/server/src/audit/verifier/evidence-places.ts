import { decodeLeaf } from '../events/leaf.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import { checkpointTrust, parsePolicy } from '../log/formats/policy.ts';
import { formatNote, type SignedNote } from '../log/formats/signed-note.ts';
import { formatProof, parseProof } from '../log/formats/tlog-proof.ts';
import type { LogReader } from '../log/log-reader.ts';
import { hashBytes } from '../log/merkle/hashing.ts';
import { disclosedEvent } from '../vault/disclosed.ts';
import type { Vault } from '../vault/service.ts';
import type { EvidenceEvent } from './bundle.ts';
import { createLeafReader, type ReadLeaf } from './evidence-leaves.ts';
import { evidenceNotReady, unfitEvidence } from './errors.ts';

/** Where an event is, and which one is meant. */
export interface EvidencePlace {
  /** Name of the log. */
  readonly log: string;
  readonly index: number;
  readonly id: string;
}

export interface EvidenceSources {
  readonly reader: (
    log: string,
  ) => Pick<LogReader, 'entry' | 'inclusionProof' | 'minimumIndex' | 'receipt' | 'resource'>;
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
  vault: EvidenceSources['vault'],
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
  { vault, leaves }: Pick<EvidenceSources, 'vault'> & { readonly leaves: ReadonlyMap<string, ReadLeaf> },
  fields: EvidenceRequest['fields'],
): Promise<FoundEvidence> {
  const leaf = await leaves.get(log)?.(index);
  if (leaf === undefined) throw unfitEvidence('places', 'must be of a log with a checkpoint');
  if (idOf(leaf) !== id) {
    throw unfitEvidence('places', `must name the event that is there: entry ${index} of ${log} is not ${id}`);
  }
  const disclosures = await disclosuresOf(id, fields, vault);
  return { leaf, disclosures, ...putBack(leaf, disclosures) };
}

function putBack(leaf: Uint8Array, disclosures: readonly string[]) {
  const { disclosed, closed } = disclosedEvent(leaf, disclosures);
  return { disclosed, closed };
}

/** A reader of leaves for each log. */
export function leafReaders(
  { reader }: EvidenceSources,
  checkpoints: EvidenceCheckpoints,
): ReadonlyMap<string, ReadLeaf> {
  return new Map([...checkpoints].map(([log, { size }]) => [log, createLeafReader(reader(log), size)]));
}

/** Gives the receipt of a place. */
export type Prover = (place: EvidencePlace) => Promise<string>;

/**
 * Proves places under the checkpoints that were taken. Paths are remembered, about half a kilobyte each, since
 * every place is asked for thrice and a path costs some five hundred hashes.
 */
export function createProver({ reader }: EvidenceSources, checkpoints: EvidenceCheckpoints): Prover {
  const paths = new Map<EvidencePlace, Buffer>();
  return async (place) => {
    const { log, index } = place;
    const checkpoint = checkpoints.get(log);
    if (checkpoint === undefined) throw unfitEvidence('places', 'must be of a log with a checkpoint');
    const path = paths.get(place) ?? joined(await reader(log).inclusionProof(index, checkpoint.size));
    paths.set(place, path);
    const proof = Array.from({ length: path.length / hashBytes }, (_, at) =>
      path.subarray(at * hashBytes, (at + 1) * hashBytes),
    );
    return formatProof({ index, proof, checkpoint: checkpoint.note });
  };
}

/** Hashes one after the other, in memory of their own: each would otherwise keep a whole pool alive. */
function joined(hashes: readonly Buffer[]): Buffer {
  const bytes = Buffer.allocUnsafeSlow(hashes.length * hashBytes);
  for (const [at, hash] of hashes.entries()) bytes.set(hash, at * hashBytes);
  return bytes;
}

export const noteText = ({ note }: { readonly note: SignedNote }): string => formatNote(note);
