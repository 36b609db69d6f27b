import { hash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { LockedObjects, LockedVersion } from '../../storage/objects/locked.ts';
import { parseCheckpoint, type Checkpoint } from '../log/formats/checkpoint.ts';
import { verifiedSignatures, type NoteVerifier } from '../log/formats/keys.ts';
import { parseNote } from '../log/formats/signed-note.ts';
import { anchorContradicts, anchorFailed } from './errors.ts';
import type { Anchor } from './types.ts';

export interface LockAnchorOptions {
  readonly name: string;
  readonly objects: LockedObjects;
  readonly clock: Clock;
  /** For how long a checkpoint cannot be removed, ms; at least a day. */
  readonly retainMs: number;
  /** The keys of our logs: what they did not sign was laid there by somebody else. */
  verifiersOf(origin: string): readonly NoteVerifier[];
}

const maxNoteBytes = 1_000_000;
/** So many foreign objects in front of ours are passed by. */
const maxVersions = 200;
const maxSize = Number.MAX_SAFE_INTEGER;
const digits = String(maxSize).length;

/** Larger sizes come first in a listing, so that the newest is found with one request. */
const descending = (size: number): string => String(maxSize - size).padStart(digits, '0');
const folderOf = (origin: string): string => `${hash('sha256', origin).slice(0, 32)}/`;

/**
 * Checkpoints as objects under S3 Object Lock, in COMPLIANCE mode: until the lock ends nobody can remove
 * one, whoever holds our keys, our directory or the bucket's credentials.
 */
export function createLockAnchor(options: LockAnchorOptions): Anchor {
  const { name, objects, clock, retainMs } = options;
  let isChecked = false;

  async function check(): Promise<void> {
    await objects.check();
    isChecked = true;
  }

  /** The checkpoint that a version holds, when one of our logs signed it under this origin. */
  async function ownCheckpoint(version: LockedVersion, origin: string): Promise<Checkpoint | undefined> {
    const bytes = await objects.read(version, maxNoteBytes);
    try {
      const note = parseNote(bytes);
      const checkpoint = parseCheckpoint(note.text);
      const isOurs = verifiedSignatures(note, options.verifiersOf(origin)).length > 0;
      return isOurs && checkpoint.origin === origin ? checkpoint : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    name,
    kind: 's3-lock',
    remembers: true,
    check,
    async publish({ log, text, note }) {
      if (!isChecked) await check();
      const { origin, size, root } = parseCheckpoint(text);
      const at = clock.now();
      const sameSize = `${folderOf(origin)}${descending(size)}-`;
      // With the hash of the text, so that nobody who knows no root can be there before us.
      const key = `${sameSize}${size}-${hash('sha256', text).slice(0, 16)}.checkpoint`;
      const present = await objects.versions(sameSize, maxVersions);
      for (const version of present) {
        const other = await ownCheckpoint(version, origin);
        if (other === undefined || other.size !== size) continue;
        if (!other.root.equals(root)) throw anchorContradicts(name, origin, size);
      }
      const { versionId } = await objects
        .put(key, Buffer.from(note), at + retainMs)
        .catch(async (error: unknown) => {
          // The same text with other bytes of signatures: an earlier attempt of ours.
          const [earlier] = present.filter((version) => version.key === key);
          if ((error as { code?: unknown }).code !== 'object_exists' || earlier === undefined) throw error;
          if ((await ownCheckpoint(earlier, origin)) === undefined) throw error;
          return earlier;
        });
      const receipt = Buffer.from(
        JSON.stringify({
          store: objects.label,
          key,
          versionId,
          retainUntil: new Date(at + retainMs).toISOString(),
        }),
      );
      return { anchor: name, kind: 's3-lock', log, origin, size, root, at, receipt };
    },
    async newest(origin) {
      const versions = await objects.versions(folderOf(origin), maxVersions);
      for (const version of versions) {
        const checkpoint = await ownCheckpoint(version, origin);
        if (checkpoint !== undefined) {
          return { source: `the anchor ${name}`, size: checkpoint.size, root: checkpoint.root };
        }
      }
      if (versions.length === maxVersions) {
        throw anchorFailed(name, 'what others put into the bucket hides our checkpoints');
      }
      return null;
    },
  };
}
