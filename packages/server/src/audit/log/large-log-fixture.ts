import { encodeControl } from './control-record.ts';
import { hostFiles } from './files.ts';
import { createLogReader, type LogReader } from './log-reader.ts';
import { createLogs, setPublished, type LogState, type Logs } from './logs.ts';
import { testKeys, testOrigins } from './ledger-fixture.ts';
import { hashBytes, leafHash } from './merkle/hashing.ts';
import type { Clock } from '../../base/clock.ts';
import { createSigners, signHead } from './signing.ts';
import { createWriteBehind } from './write-behind.ts';

/** The entry at an index of a large log: small, and different from every other. */
export function largeLogEntry(index: number): Buffer {
  return Buffer.from(`{"index":${index}}`);
}

const entriesAtOnce = 65_536;

/**
 * Makes the tiles of the log `general` with `size` entries that are hashed and not kept, without a journal,
 * so that ten million take seconds; signs it once. For measuring proofs, which read tiles alone.
 */
export async function makeLargeLog(directory: string, size: number, clock: Clock): Promise<LogReader> {
  const logs = createLogs({ files: createWriteBehind(hostFiles), directory }, []) as Logs;
  const control = encodeControl({ record: 'log', id: 1, name: 'general', origin: testOrigins.general });
  const none = { logId: 0, firstIndex: 0, count: 0, hashes: Buffer.alloc(0) };
  logs.integrate([{ ...none, kind: 'control', body: control }]);
  for (let from = 0; from < size; from += entriesAtOnce) {
    const count = Math.min(entriesAtOnce, size - from);
    const hashes = Buffer.allocUnsafe(count * hashBytes);
    for (let place = 0; place < count; place += 1) {
      hashes.set(leafHash(largeLogEntry(from + place)), place * hashBytes);
    }
    logs.integrate([{ kind: 'hashes', logId: 1, firstIndex: from, count, body: hashes, hashes }]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const log = logs.byName('general') as LogState;
  log.writer.writePartials();
  setPublished(log, signHead(log, createSigners(testKeys), clock));
  return createLogReader(log, () => Promise.resolve());
}
