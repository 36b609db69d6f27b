import { join } from 'node:path';
import { encodeControl } from './control-record.ts';
import { ledgerBehind, ledgerDamaged, unfitEntry, type LedgerForkError } from './errors.ts';
import { replaceFile, type LedgerFiles } from './files.ts';
import { parseCheckpoint } from './formats/checkpoint.ts';
import type { NoteVerifier } from './formats/keys.ts';
import { parseNote } from './formats/signed-note.ts';
import { askOutside, findConflict, ownCheckpoint } from './head-guard.ts';
import { isLogName, setPublished, type Logs, type LogState } from './logs.ts';
import { emptyRoot } from './merkle/hashing.ts';
import { checkpointPath, highWaterPath } from './publisher.ts';
import type { ExternalHead, ExternalHeads, Journal, LogDefinition, TreeHead } from './types.ts';

/** What is put on record when a log goes on under a new origin. */
export interface ResumeFacts {
  readonly oldOrigin: string;
  readonly newOrigin: string;
  readonly source: string;
  /** The newest head that was known; root null when only the size was. */
  readonly knownHead: { readonly size: number; readonly root: Buffer | null };
  readonly ownHead: TreeHead;
}

/** The operator's order to go on with a log that must not sign under its old origin any more. */
export interface ResumeOrder {
  readonly origin: string;
  /** The entry that tells readers of the log what happened; it becomes the next entry. */
  entry(facts: ResumeFacts): Uint8Array;
}

interface OpenLogsRequest {
  readonly directory: string;
  readonly files: LedgerFiles;
  readonly journal: Pick<Journal, 'append' | 'control'>;
  readonly logs: Logs;
  readonly definitions: readonly LogDefinition[];
  readonly outside: ExternalHeads | undefined;
  /** True when the ledger must not open while nobody outside can be asked. */
  readonly outsideRequired: boolean;
  readonly resume: Readonly<Record<string, ResumeOrder>>;
  verifierOf(origin: string): NoteVerifier;
  /** Told when nobody outside could be asked and the ledger opens all the same. */
  onUnconfirmed(log: string, error: unknown): void;
}

/** Raises `invalid_input` unless names and origins can be those of logs. */
export function checkDefinitions(definitions: readonly LogDefinition[]): void {
  const origins = new Set<string>();
  for (const [place, { name, origin }] of definitions.entries()) {
    if (!isLogName(name)) throw unfitEntry(`logs.${place}.name`, 'must be small letters, digits and dashes');
    if (!/^[^\s+]{1,255}$/u.test(origin) || Buffer.byteLength(origin) > 255) {
      throw unfitEntry(
        `logs.${place}.origin`,
        'must be a URL without its scheme, no spaces or plus, at most 255 bytes',
      );
    }
    if (origins.has(origin)) throw unfitEntry(`logs.${place}.origin`, 'must be that of no other log');
    origins.add(origin);
  }
}

/** Refuses when the journal is gone although checkpoints were signed: an empty one would fork every log. */
export function refuseLostJournal(files: LedgerFiles, directory: string): void {
  const names = files.list(join(directory, 'heads')).filter(isLogName);
  for (const name of names) {
    const path = highWaterPath(directory, name);
    let known: ReturnType<typeof parseCheckpoint>;
    try {
      known = parseCheckpoint(parseNote(files.read(path) as Buffer).text);
    } catch {
      throw ledgerDamaged(path, 'it is not a checkpoint, and the journal is gone');
    }
    if (known.size === 0) continue;
    const own = { size: 0, root: Buffer.from(emptyRoot) };
    throw ledgerBehind({ log: name, origin: known.origin, source: 'the high-water mark', known, own });
  }
}

async function declare(request: OpenLogsRequest): Promise<void> {
  const { logs, journal, definitions, resume } = request;
  for (const { name, origin } of definitions) {
    const log = logs.byName(name);
    if (log === undefined) {
      const id = 1 + Math.max(0, ...logs.all().map((other) => other.id));
      await journal.control(encodeControl({ record: 'log', id, name, origin }));
    } else if (log.origin !== origin && resume[name]?.origin !== origin) {
      throw unfitEntry(`logs.${name}.origin`, `must be ${log.origin}, under which the log has signed`);
    }
  }
}

async function resumeLog(request: OpenLogsRequest, log: LogState, conflict: LedgerForkError): Promise<void> {
  const order = request.resume[log.name];
  if (order === undefined || order.origin === log.origin || log.formerOrigins.includes(order.origin))
    throw conflict;
  const { known, own, source } = conflict.conflict;
  const oldOrigin = log.origin;
  const facts = { oldOrigin, newOrigin: order.origin, source, knownHead: known, ownHead: own };
  await request.journal.control(
    encodeControl({
      record: 'resume',
      id: log.id,
      origin: order.origin,
      oldOrigin,
      knownHead: { source, size: known.size, root: known.root?.toString('base64') ?? null },
      ownHead: { size: own.size, root: own.root.toString('base64') },
    }),
  );
  await request.journal.append(log.id, [order.entry(facts)]);
}

async function guard(request: OpenLogsRequest, log: LogState): Promise<void> {
  const { files, directory, outside, resume } = request;
  const verifier = request.verifierOf(log.origin);
  const readOwn = (path: string): ReturnType<typeof ownCheckpoint> =>
    ownCheckpoint(files.read(path), log, { path, verifier });
  const path = highWaterPath(directory, log.name);
  let own: ReturnType<typeof ownCheckpoint>;
  let shown: ReturnType<typeof ownCheckpoint>;
  try {
    own = readOwn(path);
    shown = readOwn(checkpointPath(log));
  } catch (error) {
    if (resume[log.name] === undefined) throw error;
    const head = log.writer.head();
    const known = { size: head.size, root: null };
    const source = 'a checkpoint that cannot be read';
    await resumeLog(
      request,
      log,
      ledgerBehind({ log: log.name, origin: log.origin, source, known, own: head }),
    );
    return;
  }
  // A publication that a crash cut short left the mark ahead of what was shown; never the other way round.
  const newest = [own, shown]
    .filter((head) => head !== null)
    .toSorted((left, right) => right.size - left.size)[0];
  let known: readonly ExternalHead[] = [];
  try {
    known = await askOutside(outside, log, newest?.note ?? null);
  } catch (error) {
    if (request.outsideRequired) throw error;
    request.onUnconfirmed(log.name, error);
  }
  const mine = [own, shown].filter((head) => head !== null);
  const conflict = await findConflict(log, [...mine, ...known]);
  if (conflict !== undefined) return resumeLog(request, log, conflict);
  if (newest === undefined) return;
  const cosigned = shown?.text === newest.text ? shown.note : newest.note;
  if (shown?.text !== newest.text) {
    const at = { path: checkpointPath(log), draft: join(log.directory, 'draft') };
    replaceFile(files, at, Buffer.from(cosigned));
  }
  const { size, text } = newest;
  setPublished(log, { size, root: newest.root as Buffer, text, note: cosigned });
}

/**
 * Declares new logs and makes sure that every log may sign. Raises `ledger_behind` or `ledger_forked`
 * when signing would contradict what was signed before, unless the operator ordered to resume that log.
 */
export async function openLogs(request: OpenLogsRequest): Promise<void> {
  const { files, directory, logs } = request;
  await declare(request);
  for (const name of files.list(join(directory, 'heads')).filter(isLogName)) {
    if (logs.byName(name) === undefined) {
      throw ledgerDamaged('journal', `there is no log "${name}", though it signed a checkpoint`);
    }
  }
  for (const log of logs.all()) await guard(request, log);
}
