import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../../base/clock.ts';
import { hostFiles, type LedgerFiles } from '../files.ts';
import { contents, copied, removed, temporary, testEntry } from '../ledger-fixture.ts';
import { openFileJournal, type FileJournal, type FileJournalRequest } from './file-journal.ts';
import { firstKey, keyOfEpoch, nextKey } from './seal.ts';
import { segmentPath } from './segment.ts';
import type { BuiltRecord } from './frame-builder.ts';

const directories: string[] = [];
const opened: FileJournal[] = [];

afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close().catch(() => undefined);
  for (const directory of directories.splice(0)) removed(directory);
});

function fresh(): string {
  const directory = temporary();
  directories.push(directory);
  return directory;
}

interface Opened {
  readonly journal: FileJournal;
  /** Entries that were integrated, by log. */
  readonly entries: Map<number, string[]>;
}

async function open(directory: string, more: Partial<FileJournalRequest> = {}): Promise<Opened> {
  const entries = new Map<number, string[]>();
  const integrate = (records: readonly BuiltRecord[]): void => {
    for (const { kind, logId, firstIndex, count, body } of records) {
      if (kind !== 'entries') continue;
      const list = entries.get(logId) ?? [];
      entries.set(logId, list);
      expect(firstIndex).toBe(list.length);
      let at = 0;
      for (let entry = 0; entry < count; entry += 1) {
        const end = at + 2 + body.readUInt16BE(at);
        list.push(body.toString('utf8', at + 2, end));
        at = end;
      }
    }
  };
  const clock = createManualClock();
  const journal = await openFileJournal({
    directory,
    files: hostFiles,
    clock,
    segmentBytes: 256 * 1024,
    integrate,
    ...more,
  });
  opened.push(journal);
  return { journal, entries };
}

const batch = (from: number, to: number): Buffer[] =>
  Array.from({ length: to - from }, (_, i) => testEntry(from + i));
const texts = (from: number, to: number): string[] => batch(from, to).map(String);

describe('the journal', () => {
  test('many concurrent appends share one write and one sync', async () => {
    let syncs = 0;
    let writes = 0;
    const files: LedgerFiles = {
      ...hostFiles,
      dataSync: (file) => ((syncs += 1), hostFiles.dataSync(file)),
      write: (file, bytes, offset) => ((writes += 1), hostFiles.write(file, bytes, offset)),
    };
    const { journal } = await open(fresh(), { files });
    [syncs, writes] = [0, 0];
    await Promise.all(Array.from({ length: 200 }, (_, i) => journal.append(1, [testEntry(i)])));
    expect([syncs, writes]).toEqual([1, 1]);
  });

  test('nothing is acknowledged before the sync is done', async () => {
    let release = (): void => undefined;
    let hold = false;
    const files: LedgerFiles = {
      ...hostFiles,
      async dataSync(file) {
        if (hold) await new Promise<void>((resolve) => (release = resolve));
        await hostFiles.dataSync(file);
      },
    };
    const { journal, entries } = await open(fresh(), { files });
    hold = true;
    let acknowledged = false;
    const appended = journal.append(1, [testEntry(1)]).then(() => (acknowledged = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([acknowledged, entries.size]).toEqual([false, 0]);
    release();
    await appended;
    expect(entries.get(1)).toEqual(texts(1, 2));
  });

  test('segments rotate, are cut to what they hold, and read back in order', async () => {
    const directory = fresh();
    const { journal } = await open(directory);
    for (let at = 0; at < 6000; at += 100) await journal.append(1 + ((at / 100) % 2), batch(at, at + 100));
    expect(journal.status().segments).toBeGreaterThan(3);
    await journal.close();
    const sizes = [...contents(directory)]
      .filter(([path]) => path.endsWith('.segment'))
      .map(([, bytes]) => bytes.length);
    expect(sizes.slice(0, -1).every((size) => size < 256 * 1024)).toBe(true);
    const again = await open(directory);
    expect(again.entries.get(1)?.length).toBe(3000);
    expect(again.entries.get(2)?.slice(0, 100)).toEqual(texts(100, 200));
  });

  test('a batch larger than a frame is kept whole and in order', async () => {
    const { journal, entries } = await open(fresh(), { frameBytes: 10_000 });
    const { firstIndex, leafHashes } = await journal.append(1, batch(0, 500));
    expect([firstIndex, leafHashes.length]).toEqual([0, 500]);
    expect(entries.get(1)).toEqual(texts(0, 500));
  });
});

describe('a torn last frame', () => {
  test('is dropped wherever the write was cut, and what was acknowledged stays', async () => {
    const directory = fresh();
    const { journal } = await open(directory);
    await journal.append(1, batch(0, 3));
    const kept = journal.position().offset;
    await journal.append(1, batch(3, 5));
    const end = journal.position().offset;
    await journal.close();
    for (let cut = kept; cut < end; cut += cut > kept + 40 && cut < end - 50 ? 37 : 1) {
      const copy = copied(directory);
      directories.push(copy);
      const path = segmentPath(copy, 1);
      const file = hostFiles.open(path, 'change');
      hostFiles.write(file, Buffer.alloc(end - cut), cut);
      hostFiles.close(file);
      const { journal: again, entries } = await open(copy);
      expect(entries.get(1), `cut at ${cut}`).toEqual(texts(0, 3));
      expect(again.status().recoveredBytes).toBeLessThanOrEqual(cut - kept);
      await again.append(1, batch(7, 9));
      await again.close();
      expect((await open(copy)).entries.get(1)).toEqual([...texts(0, 3), ...texts(7, 9)]);
    }
  });

  test('whose blocks came to the disk in another order is dropped and leaves no remains', async () => {
    const directory = fresh();
    const { journal } = await open(directory);
    await journal.append(1, batch(0, 3));
    const kept = journal.position().offset;
    await journal.append(1, batch(3, 60));
    await journal.close();
    const file = hostFiles.open(segmentPath(directory, 1), 'change');
    hostFiles.write(file, Buffer.alloc(100), kept);
    hostFiles.close(file);
    const { journal: again, entries } = await open(directory);
    expect(entries.get(1)).toEqual(texts(0, 3));
    await again.append(1, batch(3, 4));
    await again.close();
    expect((await open(directory)).entries.get(1)).toEqual(texts(0, 4));
  });

  test('a frame of another journal quoted within an entry does not pose as one of this journal', async () => {
    const elsewhere = fresh();
    const { journal: other } = await open(elsewhere);
    await other.append(1, batch(0, 1));
    const { offset, lastFrame } = other.position();
    const quoted = Buffer.from(
      contents(elsewhere)
        .get('000000000001.segment')
        ?.subarray(lastFrame as number, offset) as Buffer,
    );
    const directory = fresh();
    const { journal } = await open(directory);
    await journal.append(1, batch(0, 1));
    const torn = journal.position().offset;
    await journal.append(1, [quoted]);
    await journal.close();
    const file = hostFiles.open(segmentPath(directory, 1), 'change');
    hostFiles.write(file, Buffer.alloc(20), torn);
    hostFiles.close(file);
    expect((await open(directory)).entries.get(1)).toEqual(texts(0, 1));
  });

  test('a changed frame with whole frames behind it is damage, not a torn end', async () => {
    const directory = fresh();
    const { journal } = await open(directory);
    for (let at = 0; at < 5; at += 1) await journal.append(1, batch(at, at + 1));
    await journal.close();
    const file = hostFiles.open(segmentPath(directory, 1), 'change');
    hostFiles.write(file, Buffer.from('!'), 200);
    hostFiles.close(file);
    const before = contents(directory);
    await expect(open(directory)).rejects.toMatchObject({ code: 'ledger_damaged' });
    expect(contents(directory)).toEqual(before);
  });
});

describe('a storage error', () => {
  for (const operation of ['write', 'dataSync'] as const) {
    test(`of ${operation} stops the journal for good; a new opening has all that was acknowledged`, async () => {
      const directory = fresh();
      let broken = false;
      let calls = 0;
      const fault = (): void => {
        calls += 1;
        if (broken) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
      };
      const files: LedgerFiles = {
        ...hostFiles,
        write(file, bytes, offset) {
          if (operation === 'write') fault();
          hostFiles.write(file, bytes, offset);
        },
        async dataSync(file) {
          if (operation === 'dataSync') fault();
          await hostFiles.dataSync(file);
        },
      };
      const { journal } = await open(directory, { files });
      await journal.append(1, batch(0, 10));
      broken = true;
      const results: PromiseSettledResult<unknown>[] = await Promise.allSettled([
        journal.append(1, batch(10, 11)),
        journal.append(2, batch(0, 1)),
      ]);
      broken = false;
      calls = 0;
      results.push(
        ...(await Promise.allSettled([journal.append(1, batch(11, 12)), journal.control(Buffer.from('{}'))])),
      );
      for (const result of results)
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ledger_failed', status: 503 } });
      // Not tried again on the same descriptor.
      expect(calls).toBe(0);
      expect(journal.status()).toMatchObject({ state: 'failed', fault: expect.stringContaining('EIO') });
      await journal.close();
      const { journal: again, entries } = await open(directory);
      expect(entries.get(1)?.slice(0, 10)).toEqual(texts(0, 10));
      await again.append(1, batch(50, 51));
      expect(entries.get(1)?.at(-1)).toBe(String(testEntry(50)));
    });
  }

  test('while the next segment is made stops the journal when that is needed, and not before', async () => {
    const directory = fresh();
    let full = false;
    const files: LedgerFiles = {
      ...hostFiles,
      async writeLater(file, bytes, offset) {
        if (full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        await hostFiles.writeLater(file, bytes, offset);
      },
    };
    const { journal } = await open(directory, { files });
    full = true;
    let acknowledged = 0;
    const failure = await (async (): Promise<unknown> => {
      for (;;) {
        try {
          await journal.append(1, batch(acknowledged, acknowledged + 100));
          acknowledged += 100;
        } catch (error) {
          return error;
        }
      }
    })();
    expect(failure).toMatchObject({ code: 'ledger_failed' });
    expect(acknowledged).toBeGreaterThan(500);
    await journal.close();
    expect((await open(directory)).entries.get(1)).toEqual(texts(0, acknowledged));
  });

  test('of the sync when the tail is mended refuses the opening', async () => {
    const directory = fresh();
    const { journal } = await open(directory);
    await journal.append(1, batch(0, 10));
    await journal.close();
    const files: LedgerFiles = { ...hostFiles, sync: () => Promise.reject(new Error('EIO')) };
    await expect(open(directory, { files })).rejects.toThrow('EIO');
  });
});

describe('the seal', () => {
  test('moves on with time, one way, and the initial secret gives every key', async () => {
    const directory = fresh();
    const clock = createManualClock();
    const sealSecret = Buffer.alloc(32, 3);
    const { journal } = await open(directory, { clock, sealSecret, epochMs: 1000 });
    await journal.append(1, batch(0, 1));
    expect(journal.status().epoch).toBe(0);
    for (let turn = 0; turn < 3; turn += 1) {
      await clock.advance(1000);
      await journal.append(1, batch(turn + 1, turn + 2));
    }
    expect(journal.status().epoch).toBe(3);
    expect(journal.sealingKey()).toEqual(keyOfEpoch(firstKey(sealSecret), 3));
    expect(keyOfEpoch(journal.sealingKey(), 2)).toBeUndefined();
    expect(nextKey(firstKey(sealSecret))).toEqual(keyOfEpoch(firstKey(sealSecret), 1));
    await journal.close();
    expect((await open(directory)).entries.get(1)).toEqual(texts(0, 4));
  });

  test('a frame changed with its checksum set right is found by the key of its epoch', async () => {
    const directory = fresh();
    const { journal } = await open(directory);
    await journal.append(1, batch(0, 1));
    await journal.close();
    const key = join(directory, 'seal.key');
    const text = (hostFiles.read(key) as Buffer).toString().replace(/"key":"./, '"key":"/');
    const file = hostFiles.open(key, 'create');
    hostFiles.write(file, Buffer.from(text), 0);
    hostFiles.close(file);
    await expect(open(directory)).rejects.toMatchObject({
      code: 'ledger_damaged',
      message: expect.stringContaining('not sealed'),
    });
    hostFiles.remove(key);
    await expect(open(directory)).rejects.toMatchObject({ code: 'ledger_damaged' });
  });
});
