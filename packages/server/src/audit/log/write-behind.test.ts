import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { hostFiles, type FilePlace, type LedgerFiles } from './files.ts';
import { parseCheckpoint } from './formats/checkpoint.ts';
import { parseNote } from './formats/signed-note.ts';
import { verifyProof } from './formats/tlog-proof.ts';
import { copied, digests, removed, temporary, testEntry, testOptions, testPolicy } from './ledger-fixture.ts';
import { openLedger } from './ledger.ts';
import type { Ledger } from './ledger-types.ts';
import { verifyLog } from './verify/verify-log.ts';
import { createWriteBehind } from './write-behind.ts';

const directories: string[] = [];
const opened: Ledger[] = [];

afterEach(async () => {
  for (const ledger of opened.splice(0)) await ledger.close().catch(() => undefined);
  for (const directory of directories.splice(0)) removed(directory);
});

function fresh(): string {
  const directory = temporary();
  directories.push(directory);
  return directory;
}

/** Files whose later writes wait, as long as they are held. */
interface Held extends LedgerFiles {
  /** Holds those that are asked for from now on, all or some. */
  hold(which?: (place: FilePlace) => boolean): void;
  /** Lets go of what is held, with an error if there is one. */
  release(error?: Error): void;
  asked(): number;
}

function heldFiles(): Held {
  let isHeld: (place: FilePlace) => boolean = () => false;
  let waiting: ((error?: Error) => void)[] = [];
  let asked = 0;
  return {
    ...hostFiles,
    async replaceLater(place, bytes) {
      asked += 1;
      if (isHeld(place)) {
        const error = await new Promise<Error | undefined>((resolve) => waiting.push(resolve));
        if (error !== undefined) throw error;
      }
      await hostFiles.replaceLater(place, bytes);
    },
    hold(which = () => true) {
      isHeld = which;
    },
    release(error) {
      isHeld = () => false;
      for (const go of waiting) go(error);
      waiting = [];
    },
    asked: () => asked,
  };
}

const ioError = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

/** True when it resolves or rejects within a moment. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = (): void => void (settled = true);
  promise.then(note, note);
  await turn();
  return settled;
}

async function fill(ledger: Ledger, from: number, to: number): Promise<void> {
  const entries = Array.from({ length: to - from }, (_, place) => testEntry(from + place));
  for (let at = 0; at < entries.length; at += 100)
    await ledger.appendMany('general', entries.slice(at, at + 100));
}

async function open(directory: string, files: LedgerFiles = hostFiles): Promise<Ledger> {
  const ledger = await openLedger({ ...testOptions(directory), files });
  opened.push(ledger);
  return ledger;
}

describe('files written behind', () => {
  const at = (directory: string, name: string): FilePlace => ({
    path: join(directory, name),
    draft: join(directory, 'draft'),
  });

  test('are read before they are in place, and a drain waits for those that were put before it', async () => {
    const directory = fresh();
    const held = heldFiles();
    const files = createWriteBehind(held);
    files.begin(() => undefined);
    held.hold();
    const placed: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      files.put(at(directory, name), Buffer.from(name), () => {
        placed.push(name);
        expect(readFileSync(join(directory, name), 'utf8')).toBe(name);
      });
    }
    const drained = files.drain();
    expect(hostFiles.list(directory)).toEqual([]);
    expect(files.read(join(directory, 'e'))?.toString()).toBe('e');
    expect((await files.load(join(directory, 'a')))?.toString()).toBe('a');
    // What a reader does to its copy does not reach the disk.
    files.read(join(directory, 'a'))?.fill(0);
    expect(await isSettled(drained)).toBe(false);
    held.release();
    held.hold(({ path }) => path.endsWith('late'));
    files.put(at(directory, 'late'), Buffer.from('late'), undefined);
    await drained;
    expect(placed.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(hostFiles.read(join(directory, 'late'))).toBeUndefined();
    held.release();
    await files.drain();
    await files.settle();
    expect(hostFiles.list(directory)).toEqual(['a', 'b', 'c', 'd', 'e', 'late']);
  });

  test('wait in a bounded part of memory: what does not fit is written at once', async () => {
    const directory = fresh();
    const held = heldFiles();
    const files = createWriteBehind(held, 1000);
    held.hold();
    files.put(at(directory, 'early'), Buffer.alloc(10), undefined);
    expect(hostFiles.list(directory)).toEqual(['early']);
    files.begin(() => undefined);
    const placed: string[] = [];
    for (const name of ['a', 'b', 'c'])
      files.put(at(directory, name), Buffer.alloc(400), () => placed.push(name));
    expect([hostFiles.list(directory), placed]).toEqual([['c', 'early'], ['c']]);
    held.release();
    await files.drain();
    files.put(at(directory, 'd'), Buffer.alloc(900), undefined);
    expect(hostFiles.read(join(directory, 'd'))).toBeUndefined();
    await files.drain();
    expect(hostFiles.list(directory)).toEqual(['a', 'b', 'c', 'd', 'early']);
  });

  test('are not tried again after an error, which everyone who waits is told', async () => {
    const directory = fresh();
    const held = heldFiles();
    const files = createWriteBehind(held);
    const faults: Error[] = [];
    files.begin((error) => faults.push(error));
    held.hold();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) files.put(at(directory, name), Buffer.from(name), undefined);
    const drained = expect(files.drain()).rejects.toBe(ioError);
    const asked = held.asked();
    held.release(ioError);
    await drained;
    await files.settle();
    expect(faults).toEqual([ioError]);
    expect(held.asked()).toBe(asked);
    expect(() => files.put(at(directory, 'g'), Buffer.from('g'), undefined)).toThrow(ioError);
    await expect(files.drain()).rejects.toBe(ioError);
    for (const name of names) expect(files.read(join(directory, name))?.toString()).toBe(name);
    expect(hostFiles.list(directory)).toEqual([]);
  });
});

describe('a ledger whose tiles wait', () => {
  test('serves and proves them, and makes no checkpoint public before they are in place', async () => {
    const directory = fresh();
    const held = heldFiles();
    const ledger = await open(directory, held);
    await fill(ledger, 0, 300);
    await ledger.publish();
    held.hold();
    await fill(ledger, 300, 1500);
    expect(existsSync(join(directory, 'logs/general/tile/entries/004'))).toBe(false);
    const reader = ledger.reader('general');
    for (const index of [0, 300, 511, 1023, 1279, 1280, 1499])
      expect(await reader.entry(index)).toEqual(testEntry(index));
    const root = await reader.rootAt(1200);
    const marked = readFileSync(join(directory, 'derived.mark'));

    const published = ledger.publish();
    expect(await isSettled(published)).toBe(false);
    const shown = (): number =>
      parseCheckpoint(parseNote(readFileSync(join(directory, 'logs/general/checkpoint'))).text).size;
    expect(shown()).toBe(300);
    expect(readFileSync(join(directory, 'derived.mark'))).toEqual(marked);
    // Others read the directory meanwhile: all of the checkpoint that they see is there.
    expect((await verifyLog(directory, testPolicy())).findings).toEqual([]);

    held.release();
    await published;
    expect(shown()).toBe(1500);
    expect((await verifyLog(directory, testPolicy())).findings).toEqual([]);
    expect(await reader.rootAt(1200)).toEqual(root);
    expect(verifyProof(await reader.receipt(700), testEntry(700), testPolicy())).toMatchObject({
      valid: true,
    });
    // The partial tiles of the checkpoint before went when the full ones came.
    expect(existsSync(join(directory, 'logs/general/tile/0/001.p'))).toBe(false);
  });

  test('waits for them before the mark states them as being on disk, and before bundles are pruned', async () => {
    const directory = fresh();
    const held = heldFiles();
    const ledger = await open(directory, held);
    await fill(ledger, 0, 300);
    await ledger.publish();
    held.hold();
    await fill(ledger, 300, 1100);
    const synced = ledger.syncDerived();
    expect(await isSettled(synced)).toBe(false);
    held.release();
    await synced;
    held.hold();
    await fill(ledger, 1100, 1600);
    const pruned = ledger.prune('general', 1100);
    expect(await isSettled(pruned)).toBe(false);
    held.release();
    expect((await pruned).bytesFreed).toBeGreaterThan(0);
    expect(hostFiles.list(join(directory, 'logs/general/tile/entries'))).toEqual(['004', '005', '006.p']);
    await ledger.close();
    expect((await verifyLog(directory, testPolicy())).findings).toEqual([]);
  });

  test('closes when they are in place, and not before', async () => {
    const directory = fresh();
    const held = heldFiles();
    const ledger = await open(directory, held);
    held.hold();
    await fill(ledger, 0, 2000);
    const closed = ledger.close();
    expect(await isSettled(closed)).toBe(false);
    await expect(openLedger(testOptions(directory))).rejects.toMatchObject({ code: 'data_directory_in_use' });
    held.release();
    await closed;
    expect((await verifyLog(directory, testPolicy())).findings).toEqual([]);
    const left = digests(join(directory, 'logs'));
    removed(join(directory, 'logs'));
    await (await open(directory)).close();
    expect(digests(join(directory, 'logs'))).toEqual(left);
  });

  test('stops when one of them cannot be written, and goes on from the journal when it is opened again', async () => {
    const directory = fresh();
    const held = heldFiles();
    const ledger = await open(directory, held);
    await fill(ledger, 0, 200);
    await ledger.publish();
    held.hold();
    await fill(ledger, 200, 700);
    const published = expect(ledger.publish()).rejects.toMatchObject({ code: 'ledger_failed' });
    held.release(ioError);
    await published;
    expect(ledger.health()).toMatchObject({
      status: 'critical',
      reasons: [expect.stringContaining('EIO')],
    });
    await expect(ledger.append('general', testEntry(700))).rejects.toMatchObject({ code: 'ledger_failed' });
    await expect(ledger.prune('general', 0)).rejects.toMatchObject({ code: 'ledger_failed' });
    await expect(ledger.syncDerived()).rejects.toThrow('EIO');
    await ledger.close();
    expect((await verifyLog(directory, testPolicy())).findings).toEqual([]);
    const again = await open(directory);
    expect(again.health().status).toBe('ok');
    for (const index of [0, 255, 256, 699])
      expect(await again.reader('general').entry(index)).toEqual(testEntry(index));
    await again.close();
    expect((await verifyLog(directory, testPolicy())).findings).toEqual([]);
  });

  for (const [what, isHeld] of [
    ['none of them', () => true],
    ['one of two, in another order,', ({ path }: FilePlace) => /[02468]$/.test(path)],
  ] as const) {
    test(`opens and verifies after a kill that ${what} had come to the disk before`, async () => {
      const directory = fresh();
      const held = heldFiles();
      const ledger = await open(directory, held);
      await fill(ledger, 0, 300);
      await ledger.publish();
      held.hold(isHeld);
      // Three wait, so what follows is not written; that is where the kill comes.
      await fill(ledger, 300, 1500);
      await turn();
      const killed = copied(directory);
      directories.push(killed);
      held.release();
      await ledger.close();

      expect((await verifyLog(killed, testPolicy())).findings).toEqual([]);
      const again = await open(killed);
      const reader = again.reader('general');
      expect(reader.head().size).toBe(1500);
      for (let index = 0; index < 1500; index += 1)
        expect(await reader.entry(index)).toEqual(testEntry(index));
      await again.close();
      expect((await verifyLog(killed, testPolicy())).findings).toEqual([]);
      const tilesOf = (of: string): Record<string, string> => digests(join(of, 'logs/general/tile'));
      expect(tilesOf(killed)).toEqual(tilesOf(directory));
    });
  }
});
