import { join } from 'node:path';
import { decodeControl } from '../control-record.ts';
import { hostFiles, type LedgerFiles } from '../files.ts';
import { parseCheckpoint, type Checkpoint } from '../formats/checkpoint.ts';
import { checkpointTrust, type TrustPolicy } from '../formats/policy.ts';
import { parseNote } from '../formats/signed-note.ts';
import { keyName, secretName } from '../journal/file-journal.ts';
import { readFrame, sealedParts, type Frame } from '../journal/frame.ts';
import { leafHashesOf } from '../journal/take-frames.ts';
import { scanSegment } from '../journal/scan.ts';
import { decodeKey, decodeSecret, firstKey, isSealed, keyOfEpoch, type SealingKey } from '../journal/seal.ts';
import { listSegments, segmentPath } from '../journal/segment.ts';
import { isLogName } from '../logs.ts';
import { hashBytes } from '../merkle/hashing.ts';
import { findingLimit, type Finding, type Verification, type VerifiedLog } from './findings.ts';
import { createTreeVerifier, type TreeVerifier } from './verify-tree.ts';

/** A journal that is somewhere else than in the directory. */
export interface FrameSource {
  readonly journalId: Buffer;
  readonly key: SealingKey;
  readonly secret: Uint8Array | null;
  /** Sequence number behind the last frame. */
  readonly end: number;
  frames(): AsyncIterable<{ readonly where: string; readonly bytes: Buffer }>;
}

export interface VerifyOptions {
  /** Where the journal is, when the directory has only what is derived of it. Asked after heads are read. */
  readonly source?: () => Promise<FrameSource>;
  readonly files?: LedgerFiles;
  /** The journal's initial secret; without it the one beside the journal is used, when it is there. */
  readonly sealSecret?: Uint8Array;
}

interface CheckedLog {
  readonly id: number;
  readonly name: string;
  origin: string;
  minimumIndex: number;
  readonly checkpoint: Checkpoint | null;
  readonly tree: TreeVerifier;
  /** Where the tree cannot be followed any more: both the journal and the tiles lost entries. */
  brokenAt: number | null;
}

/**
 * Verifies a ledger's directory from its bytes alone: every frame of the journal, its sequence and seal;
 * every tile and bundle against the journal; every root against the signed checkpoint, under the policy.
 * Says which entries each fault touches. Changes nothing, and may run beside a ledger that is in use.
 */
export async function verifyLog(
  root: string,
  policy: TrustPolicy,
  options: VerifyOptions = {},
): Promise<Verification> {
  const files = options.files ?? hostFiles;
  const findings: Finding[] = [];
  const report = (finding: Finding): void => void (findings.length < findingLimit && findings.push(finding));
  const whole = (file: string, message: string, log: CheckedLog | null = null): void =>
    report({ file, log: log?.name ?? null, from: 0, to: log?.tree.size() ?? 0, message, rebuildable: false });
  const logs = new Map<number, CheckedLog>();
  // Read before the journal, which is then at least as far.
  const heads = new Map(
    files
      .list(join(root, 'heads'))
      .filter(isLogName)
      .map((name) => [name, readHead(name)]),
  );

  function readHead(name: string): { shown: Buffer | undefined; mark: Buffer | undefined } {
    const shown = files.read(join(root, 'logs', name, 'checkpoint'));
    return { shown, mark: files.read(join(root, 'heads', name)) };
  }

  function trusted(bytes: Buffer | undefined, file: string): Checkpoint | null {
    if (bytes === undefined) {
      whole(file, 'The checkpoint is gone.');
      return null;
    }
    try {
      const note = parseNote(bytes);
      const trust = checkpointTrust(note, policy);
      if (trust.trusted) return parseCheckpoint(note.text);
      whole(file, trust.reason);
    } catch (error) {
      whole(file, (error as Error).message);
    }
    return null;
  }

  function addLog(id: number, name: string, origin: string): void {
    const head = heads.get(name);
    const path = join('logs', name, 'checkpoint');
    const checkpoint = head === undefined ? null : trusted(head.shown, path);
    const limit = checkpoint?.size ?? 0;
    const tree = createTreeVerifier({ files, root, log: name, limit, report });
    logs.set(id, { id, name, origin, minimumIndex: 0, checkpoint, tree, brokenAt: null });
    const withoutCosigners = { ...policy, quorum: 'none' };
    if (head?.mark === undefined) return;
    const note = ((): Checkpoint | null => {
      try {
        const parsed = parseNote(head.mark as Buffer);
        return checkpointTrust(parsed, withoutCosigners).trusted ? parseCheckpoint(parsed.text) : null;
      } catch {
        return null;
      }
    })();
    const file = join('heads', name);
    if (note === null) whole(file, 'The high-water mark is not a checkpoint that the log signed.');
    else if (checkpoint !== null && note.size < checkpoint.size)
      whole(file, 'The high-water mark is behind the checkpoint.');
    else if (checkpoint !== null && note.size === checkpoint.size && !note.root.equals(checkpoint.root)) {
      whole(file, 'The high-water mark states another root than the checkpoint.');
    }
  }

  /** Goes on at `next` where the journal lost entries of a log. */
  const skipTo = (log: CheckedLog, next: number, file: string): void => {
    const from = log.tree.size();
    if (from >= next || log.brokenAt !== null) return;
    const message = 'The journal lost these entries, or they were changed.';
    report({ file, log: log.name, from, to: next, message, rebuildable: false });
    if (!log.tree.bridge(next)) log.brokenAt = from;
  };

  const source = await options.source?.();
  const journal = join(root, 'journal');
  const storedKey = source?.key ?? decodeKey(files.read(join(journal, keyName)));
  const stored = source === undefined ? files.read(join(journal, secretName)) : undefined;
  const kept = source?.secret ?? (stored === undefined ? undefined : decodeSecret(stored));
  const secret = options.sealSecret ?? kept;
  if (stored !== undefined && decodeSecret(stored) === undefined) {
    whole(join('journal', secretName), 'It is not the secret of the seal.');
  }
  let key: SealingKey | undefined = secret === undefined ? storedKey : firstKey(secret);
  if (storedKey === undefined) whole(join('journal', keyName), 'The sealing key is gone or unreadable.');
  else if (
    secret !== undefined &&
    !keyOfEpoch(firstKey(secret), storedKey.epoch)?.key.equals(storedKey.key)
  ) {
    whole(join('journal', keyName), 'The sealing key does not follow from the initial secret.');
  }

  let sequence = 0;
  let entries = 0;
  const takeFrame = (frame: Frame, id: Buffer, file: string): void => {
    sequence = frame.sequence + 1;
    if (key !== undefined && frame.epoch >= key.epoch) {
      const its = keyOfEpoch(key, frame.epoch);
      const isRight = its !== undefined && isSealed(its, id, sealedParts(frame.bytes));
      // Pruning seals old frames with a later key; the key for what follows must not run ahead with it.
      if (isRight && !frame.rewritten) key = its;
      if (!isRight) {
        const touched = frame.records.find(({ kind }) => kind !== 'control');
        const log = logs.get(touched?.logId ?? -1)?.name ?? null;
        const from = touched?.firstIndex ?? 0;
        const message = `Frame ${frame.sequence} is not sealed with the journal's key.`;
        report({ file, log, from, to: from + (touched?.count ?? 0), message, rebuildable: false });
      }
    }
    for (const record of frame.records) {
      if (record.kind === 'control') {
        const control = decodeControl(record.body);
        if (control.record === 'log') addLog(control.id, control.name, control.origin);
        const log = logs.get(control.id);
        if (log !== undefined && control.record === 'minimum') log.minimumIndex = control.index;
        if (log !== undefined && control.record === 'resume') log.origin = control.origin;
        continue;
      }
      const log = logs.get(record.logId);
      const hashes = leafHashesOf(record);
      if (log === undefined || hashes.length !== record.count * hashBytes) {
        whole(file, `Frame ${frame.sequence} holds a record that cannot be read.`, log);
        continue;
      }
      entries += record.count;
      if (log.brokenAt !== null) continue;
      if (record.firstIndex < log.tree.size()) {
        const message = `Frame ${frame.sequence} holds entries that an earlier frame holds.`;
        report({
          file,
          log: log.name,
          from: record.firstIndex,
          to: record.firstIndex + record.count,
          message,
          rebuildable: false,
        });
        continue;
      }
      skipTo(log, record.firstIndex, file);
      if (log.brokenAt === null) log.tree.take(record, hashes);
    }
  };

  if (source !== undefined) {
    for await (const { where, bytes } of source.frames()) {
      const frame = readFrame(bytes, 0, source.journalId);
      if (frame === undefined || frame.bytes.length !== bytes.length) {
        whole(where, 'It is not what was written.');
        continue;
      }
      if (frame.sequence !== sequence) whole(where, `Frame ${sequence} is gone or cannot be read.`);
      takeFrame(frame, source.journalId, where);
    }
    if (sequence !== source.end) whole('database', `The frames from ${sequence} to ${source.end} are gone.`);
  }

  const numbers = source === undefined ? listSegments(files, journal) : [];
  for (const [place, number] of numbers.entries()) {
    const file = join('journal', `${segmentPath('', number)}`);
    const bytes = (await files.load(segmentPath(journal, number))) ?? Buffer.alloc(0);
    const before = numbers[place - 1];
    if (number !== (before ?? 0) + 1) whole(file, 'The segment before it is gone.');
    let from = 0;
    let head = scanSegment(bytes.subarray(0, 64), 0, () => undefined).head;
    if (head === undefined || head.number !== number) {
      whole(file, 'Its head is not that of this segment.');
      continue;
    }
    const isLast = place === numbers.length - 1;
    for (let isWhole = false; !isWhole;) {
      const { journalId } = head;
      const scan = scanSegment(bytes, from, (frame) => {
        if (frame.sequence !== sequence) whole(file, `Frame ${sequence} is gone; ${frame.sequence} follows.`);
        takeFrame(frame, journalId, file);
      });
      // A torn end of the last segment is a commit that was under way: nobody was told that it is kept.
      isWhole = scan.resumes === null;
      if (scan.rest === 'damaged' || (scan.rest === 'torn' && !isLast)) {
        whole(file, `The bytes from ${scan.end} on are not what was written.`);
        if (scan.resumes !== null) ({ offset: from, sequence } = scan.resumes);
      }
      head = scan.head as typeof head;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  for (const log of logs.values()) {
    const { checkpoint, tree } = log;
    if (checkpoint !== null)
      skipTo(log, checkpoint.size, join('journal', segmentPath('', numbers.at(-1) ?? 1)));
    tree.finish(log.minimumIndex);
    const made = log.brokenAt === null ? tree.rootAtLimit() : null;
    if (checkpoint !== null && made?.equals(checkpoint.root) !== true) {
      const message =
        made === null
          ? 'The tree cannot be made: entries are lost.'
          : 'The entries are not those that the checkpoint states.';
      report({
        file: join('logs', log.name, 'checkpoint'),
        log: log.name,
        from: log.brokenAt ?? 0,
        to: checkpoint.size,
        message,
        rebuildable: false,
      });
    }
  }
  for (const name of heads.keys()) {
    if (![...logs.values()].some((log) => log.name === name))
      whole(join('heads', name), 'The journal knows no log of this name.');
  }
  const verified: VerifiedLog[] = [...logs.values()].map(
    ({ name, origin, tree, checkpoint, minimumIndex }) => ({
      name,
      origin,
      size: tree.size(),
      checkpointSize: checkpoint?.size ?? null,
      root: tree.rootAtLimit()?.toString('base64') ?? null,
      minimumIndex,
    }),
  );
  return {
    valid: findings.length === 0,
    findings,
    logs: verified,
    entries,
    sealsChecked: secret !== undefined,
  };
}
