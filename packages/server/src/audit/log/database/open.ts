import { CustosError } from '../../../base/errors.ts';
import { parseCheckpoint } from '../formats/checkpoint.ts';
import type { NoteVerifier } from '../formats/keys.ts';
import { parseNote } from '../formats/signed-note.ts';
import { openLogs } from '../open-logs.ts';
import type { ExternalHead, ExternalHeads, Journal } from '../types.ts';
import type { LedgerFiles } from '../files.ts';
import type { Follower } from './follower.ts';
import type { FrameWriter, Outcome } from './frames.ts';
import type { HeadRow } from './store.ts';
import type { DatabaseLedgerOptions } from './types.ts';

/** Another node wrote in between: what was decided must be decided anew. */
class Stale extends Error {}

const maxAttempts = 100;

interface OpenRequest {
  readonly options: DatabaseLedgerOptions;
  readonly files: LedgerFiles;
  readonly follower: Follower;
  readonly writer: FrameWriter;
  verifierOf(origin: string): NoteVerifier;
  onUnconfirmed(log: string, error: unknown): void;
}

const headOf = ({ note }: HeadRow): ExternalHead => {
  const { size, root } = parseCheckpoint(parseNote(note).text);
  return { source: 'the newest checkpoint in the database', size, root };
};

/** Follows the database to its end and does the work, until nobody wrote in between. */
async function againWhileStale(follower: Follower, work: () => Promise<Outcome>): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await work();
    if (outcome !== 'stale' || attempt === maxAttempts) return outcome;
    await follower.follow();
  }
}

/**
 * Declares new logs and makes sure that every log may sign, as `openLogs` does, with a journal that other
 * nodes may be writing to at the same time.
 */
export async function openOnDatabase(request: OpenRequest): Promise<void> {
  const { options, files, follower, writer, verifierOf, onUnconfirmed } = request;
  const journal: Pick<Journal, 'append' | 'control'> = {
    async append(logId, entries) {
      const outcome = await againWhileStale(follower, () => writer.entries(logId, entries));
      if (outcome !== 'written') throw new Stale();
      const firstIndex = (follower.sizes().get(logId) ?? 0) - entries.length;
      return { firstIndex, leafHashes: [] };
    },
    async control(body) {
      if ((await writer.control(body)) !== 'written') throw new Stale();
    },
  };
  const { outside } = options;
  const all: ExternalHeads = {
    async heads(log) {
      const stored = follower.head(log.origin);
      const own = stored === undefined ? [] : [headOf(stored)];
      // A node without marks of its own asks with what the database holds.
      const known =
        (await outside?.heads({ ...log, published: log.published ?? stored?.note ?? null })) ?? [];
      // What they know of is in the database by now, though this node may not have followed it yet.
      await follower.follow();
      return [...own, ...known];
    },
  };
  for (let attempt = 1; ; attempt += 1) {
    await follower.follow();
    try {
      await openLogs({
        directory: options.directory,
        files,
        journal,
        logs: follower.logs,
        definitions: options.logs,
        outside: all,
        outsideRequired: options.outsideRequired ?? false,
        resume: options.resume ?? {},
        verifierOf,
        onUnconfirmed,
      });
      follower.admitHeads();
      await follower.follow();
      return;
    } catch (error) {
      if (!(error instanceof Stale)) throw error;
      if (attempt === maxAttempts) {
        throw new CustosError('state_unavailable', 'Other nodes write to the ledger without a pause.', {
          status: 503,
        });
      }
    }
  }
}
