import { decodeBase64 } from './bytes.ts';
import { verifyCheckpoint, type VerifiedCheckpoint } from './checkpoint-trust.ts';
import { discloseEvent, parseLeaf } from './disclosure.ts';
import { parsePolicy, type TrustPolicy } from './policy.ts';
import { LedgerProblem, notVerified, problemOf, unreadable, type Problem } from './problem.ts';
import { parseReceipt, requireInclusion } from './receipt.ts';
import { isRecord, parseStrictJson, type JsonRecord } from './strict-json.ts';

/** The form of a bundle, as `docs/audit.md` describes it under "Evidence bundles". */
const bundleFormat = 'custos-evidence/1';

/** An event of a bundle that is proven. */
export interface ProvenEvent {
  readonly verified: true;
  /** From 1, in the order of the bundle. */
  readonly position: number;
  /** Origin of the log. */
  readonly log: string;
  readonly index: number;
  /** Size of the tree that it is proven in. */
  readonly size: number;
  /** With the disclosed fields in their places. */
  readonly event: JsonRecord;
  readonly disclosed: readonly string[];
  /** Fields that are there and were not disclosed. */
  readonly closed: number;
}

/** An event that is not proven. What it says may be made up. */
export interface UnprovenEvent extends Problem {
  readonly verified: false;
  readonly position: number;
  /** What the bundle claims, without disclosures; null when it is not even an event. */
  readonly claimed: JsonRecord | null;
}

export interface BundleReport {
  readonly status: 'verified' | 'not_verified';
  /** `given`: by a policy from elsewhere. `bundle`: by the word of whoever made the bundle. */
  readonly trust: 'given' | 'bundle';
  readonly policy: string;
  readonly checkpoints: readonly VerifiedCheckpoint[];
  readonly events: readonly (ProvenEvent | UnprovenEvent)[];
  /** What is wrong with the checkpoints that came beside the events. */
  readonly checkpointProblems: readonly string[];
}

/** The bundle or the policy is not understood, so that nothing can be said. */
export interface UnreadableBundle extends Problem {
  readonly status: 'unreadable';
}

export interface BundleOptions {
  /** Text of a policy that came from elsewhere; it outranks the one in the bundle. */
  readonly policy?: string | undefined;
  /** Called now and then with how many events are checked. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** Checked side by side; each event waits for the browser's hashing about thirty times. */
const atOnce = 64;

/** Verifies each text once, and refuses two checkpoints of one log and size with two roots. */
function checkpointBook(policy: TrustPolicy) {
  const byNote = new Map<string, Promise<VerifiedCheckpoint>>();
  const accepted: VerifiedCheckpoint[] = [];
  const verify = async (note: string): Promise<VerifiedCheckpoint> => {
    const checkpoint = await verifyCheckpoint(note, policy);
    const { origin, size, root } = checkpoint;
    const other = accepted.find((one) => one.origin === origin && one.size === size);
    if (other !== undefined && String(other.root) !== String(root)) {
      throw new LedgerProblem(
        'forked',
        `Two checkpoints of ${origin} at size ${size} differ: the log has forked.`,
      );
    }
    accepted.push(checkpoint);
    return checkpoint;
  };
  return {
    accepted,
    get(note: string): Promise<VerifiedCheckpoint> {
      const found = byNote.get(note) ?? verify(note);
      byNote.set(note, found);
      return found;
    },
  };
}

type Book = ReturnType<typeof checkpointBook>;

function listOf(holder: JsonRecord, name: string): readonly unknown[] {
  const list = holder[name] ?? [];
  if (!Array.isArray(list)) throw unreadable(`It has no list of ${name}.`);
  return list;
}

function claimOf(entry: unknown): JsonRecord | null {
  try {
    const leaf =
      isRecord(entry) && typeof entry['leaf'] === 'string' ? decodeBase64(entry['leaf']) : undefined;
    return leaf === undefined ? null : parseLeaf(leaf);
  } catch (error) {
    problemOf(error);
    return null;
  }
}

async function verifyEvent(entry: unknown, position: number, book: Book): Promise<ProvenEvent> {
  if (!isRecord(entry) || typeof entry['leaf'] !== 'string' || typeof entry['proof'] !== 'string') {
    throw unreadable('It has no leaf or no proof.');
  }
  const leaf = decodeBase64(entry['leaf']);
  if (leaf === undefined) throw unreadable('Its leaf is not base64.');
  const receipt = parseReceipt(entry['proof']);
  const checkpoint = await book.get(receipt.checkpoint);
  await requireInclusion(receipt, leaf, checkpoint);
  const opened = await discloseEvent(leaf, listOf(entry, 'disclosures'));
  const { origin: log, size } = checkpoint;
  return { verified: true, position, log, index: receipt.index, size, ...opened };
}

async function verifyEvents(
  entries: readonly unknown[],
  book: Book,
  onProgress: BundleOptions['onProgress'],
): Promise<(ProvenEvent | UnprovenEvent)[]> {
  const leaves = new Map<string, unknown>();
  const verified: (ProvenEvent | UnprovenEvent)[] = [];
  const judged = async (entry: unknown, position: number): Promise<ProvenEvent | UnprovenEvent> => {
    try {
      const proven = await verifyEvent(entry, position, book);
      const place = `${proven.index} ${proven.log}`;
      const leaf = (entry as JsonRecord)['leaf'];
      if ((leaves.get(place) ?? leaf) !== leaf) {
        throw notVerified('Another event of this bundle has the same place in the log.');
      }
      leaves.set(place, leaf);
      return proven;
    } catch (error) {
      return { verified: false, position, ...problemOf(error), claimed: claimOf(entry) };
    }
  };
  for (let start = 0; start < entries.length; start += atOnce) {
    const some = entries.slice(start, start + atOnce);
    verified.push(...(await Promise.all(some.map((entry, at) => judged(entry, start + at + 1)))));
    onProgress?.(verified.length, entries.length);
  }
  return verified;
}

/**
 * Verifies an evidence bundle, given as the text of its `bundle.json`. One bad event is named and does not
 * hide the others; the bundle is `verified` only when nothing is wrong with it. Never throws for what is in
 * the bundle.
 */
export async function verifyBundle(
  source: string,
  options: BundleOptions = {},
): Promise<BundleReport | UnreadableBundle> {
  try {
    const bundle = parseStrictJson(source)?.value;
    if (!isRecord(bundle) || bundle['format'] !== bundleFormat) {
      throw unreadable(`This is not a bundle of the format ${bundleFormat}.`);
    }
    const policy = options.policy ?? bundle['policy'];
    if (typeof policy !== 'string') throw unreadable('The bundle has no policy.');
    const book = checkpointBook(await parsePolicy(policy));
    const entries = listOf(bundle, 'events');
    if (entries.length === 0) throw unreadable('The bundle has no events.');
    const checkpointProblems: string[] = [];
    for (const [at, note] of listOf(bundle, 'checkpoints').entries()) {
      try {
        if (typeof note !== 'string') throw unreadable('It is not text.');
        await book.get(note);
      } catch (error) {
        checkpointProblems.push(`Checkpoint ${at + 1}: ${problemOf(error).reason}`);
      }
    }
    const events = await verifyEvents(entries, book, options.onProgress);
    const good = checkpointProblems.length === 0 && events.every(({ verified }) => verified);
    return {
      status: good ? 'verified' : 'not_verified',
      trust: options.policy === undefined ? 'bundle' : 'given',
      policy,
      checkpoints: book.accepted,
      events,
      checkpointProblems,
    };
  } catch (error) {
    return { status: 'unreadable', ...problemOf(error) };
  }
}
