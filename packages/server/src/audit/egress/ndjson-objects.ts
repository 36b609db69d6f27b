import type { Clock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import type { ObjectStore } from '../../storage/objects/types.ts';
import type { AuditSettings } from '../events/constants.ts';
import { ndjsonFormat } from '../events/export/ndjson.ts';
import { compressed, compressedEnding, decompressed, linesOfBytes } from './compression.ts';
import { badDestination, egressFailed } from './errors.ts';
import type { Destination, EgressBatch } from './types.ts';

export interface NdjsonObjectsOptions {
  readonly objects: ObjectStore;
  /** Before every key, such as `audit-export/`; ends with a slash or is empty. */
  readonly prefix: string;
  readonly compression: 'gzip' | 'zstd' | 'none';
  readonly settings: Pick<AuditSettings, 'MAX_FILE_SIZE_MB' | 'COMPRESSION_LEVEL' | 'RETENTION_DAYS'>;
  readonly clock: Clock;
  /** A file that is not full is written at most this often. Default 5 minutes. */
  readonly pauseMs?: number;
  /** For one file. Default 15 minutes. */
  readonly timeoutMs?: number;
}

const dayMs = 86_400_000;
/** Indexes up to 10^15, so that keys are in the order of the entries. */
const indexDigits = 15;
const padded = (index: number): string => String(index).padStart(indexDigits, '0');

const isTaken = (error: unknown): boolean => error instanceof CustosError && error.code === 'object_exists';

/**
 * Plain NDJSON files in a store of objects: `PREFIX LOG/FROM-TO.ndjson`, `.gz` or `.zst` after it, each up
 * to MAX_FILE_SIZE_MB before compression, kept for RETENTION_DAYS. A file is whole or not there, and a
 * repeat finds the file that the first attempt left.
 */
export function createNdjsonObjectsDestination(options: NdjsonObjectsOptions): Destination {
  const { objects, prefix, compression, settings, clock } = options;
  const { pauseMs = 300_000, timeoutMs = 900_000 } = options;
  if (prefix !== '' && !/^[A-Za-z0-9._=@+-]+(\/[A-Za-z0-9._=@+-]+)*\/$/.test(prefix)) {
    throw badDestination(
      'prefix',
      'must be empty, or words of letters, digits and ._=@+- that each end with a slash',
    );
  }

  /** True when the file holds the entries of the batch, by their leaf hashes. */
  async function isSame(key: string, batch: EgressBatch): Promise<boolean> {
    const { stream } = await objects.get(key);
    const lines = linesOfBytes(decompressed(stream, compression));
    try {
      for await (const { index, leafHash } of batch.events()) {
        const line = await lines.next();
        if (line.done === true) return false;
        const found = JSON.parse(line.value) as { readonly index: number; readonly leafHash: string };
        if (found.index !== index || found.leafHash !== leafHash) return false;
      }
      return (await lines.next()).done === true;
    } finally {
      stream.destroy();
    }
  }

  const level = settings.COMPRESSION_LEVEL;

  return {
    kind: 'ndjson-objects',
    batch: { maxEvents: Infinity, maxBytes: settings.MAX_FILE_SIZE_MB * 1_000_000 },
    pauseMs,
    timeoutMs,
    async send(batch, signal) {
      const { log, from, to } = batch;
      const key = `${prefix}${log}/${padded(from)}-${padded(to)}.ndjson${compressedEnding[compression]}`;
      try {
        await objects.put(key, compressed(ndjsonFormat.write(batch.events()), { kind: compression, level }), {
          signal,
        });
      } catch (error) {
        if (!isTaken(error)) throw error;
        // An attempt before this one wrote it, and could not say so any more. Or it is of another history.
        if (!(await isSame(key, batch))) {
          throw egressFailed(`The file ${key} is there already, with other events.`, { cause: error });
        }
      }
    },
    async maintain() {
      const before = clock.now() - settings.RETENTION_DAYS * dayMs;
      let cursor: string | undefined;
      do {
        const page = await objects.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
        for (const { key, createdAt } of page.objects) {
          if (createdAt < before && /\/\d{15}-\d{15}\.ndjson(\.gz|\.zst)?$/.test(key))
            await objects.delete(key);
        }
        ({ cursor } = page);
      } while (cursor !== undefined);
    },
  };
}
