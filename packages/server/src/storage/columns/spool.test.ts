import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/columns.ts';
import { createManualClock, systemClock, type Clock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { headerBytes } from './segment.ts';
import { openSpool, type Block, type Spool, type SpoolBudget } from './spool.ts';

const root = temporaryDirectory();
afterAll(() => root.remove());

let count = 0;
let directory = '';
let budget: SpoolBudget = { used: 0, limitBytes: 1e9 };
beforeEach(() => {
  directory = join(root.path, String((count += 1)));
  budget = { used: 0, limitBytes: 1e9 };
});

function open(clock: Clock = systemClock, syncDelayMs = 1): Promise<Spool> {
  budget = { used: 0, limitBytes: budget.limitBytes };
  return openSpool({
    directory,
    budget,
    syncDelayMs,
    clock,
    log: silentLogger,
    appended: () => undefined,
  });
}

/** Leaves the directory as a kill would: nothing is closed or tidied in it. */
async function kill(spool: Spool): Promise<void> {
  const left = `${directory}-left`;
  cpSync(directory, left, { recursive: true });
  await spool.close();
  directory = left;
}

const limit = { rows: 1_000, bytes: 1e6 };
const files = (): string[] => readdirSync(directory).toSorted();

const linesOf = ({ rows: { buffer, starts, ends } }: Block): string[] =>
  starts.map((start, index) => buffer.toString('utf8', start, ends[index]));

/** The next block, with its rows as text. */
async function readLines(spool: Spool) {
  const block = await spool.read(limit);
  return block === undefined ? undefined : { ...block, lines: linesOf(block) };
}

async function readAll(spool: Spool): Promise<string[]> {
  const lines: string[] = [];
  for (let block = await spool.read(limit); block !== undefined; block = await spool.read(limit)) {
    lines.push(...linesOf(block));
    spool.attempt(block);
    await spool.acknowledge(block);
  }
  return lines;
}

test('rows come out as they went in, and the same rows again until acknowledged', async () => {
  const spool = await open();
  await Promise.all([spool.append(['1', '2']), spool.append(['3'])]);
  const first = await readLines(spool);
  expect(first).toMatchObject({ lines: ['1', '2', '3'], firstRow: 0, attempted: false });
  if (first === undefined) return;
  spool.attempt(first);
  expect(await readLines(spool)).toMatchObject({ lines: ['1', '2', '3'], attempted: true });
  await spool.acknowledge(first);
  expect(await spool.read(limit)).toBeUndefined();
  await spool.append(['4']);
  expect(await readLines(spool)).toMatchObject({ lines: ['4'], firstRow: 3, attempted: false });
  await spool.close();
});

test('what an earlier process left comes first and counts as attempted', async () => {
  const before = await open();
  await before.append(['1']);
  await kill(before);
  const after = await open();
  await after.append(['2']);
  expect(await readLines(after)).toMatchObject({ lines: ['1'], attempted: true, firstRow: 0 });
  expect(await readAll(after)).toEqual(['1', '2']);
  expect(budget.used).toBe(0);
  await after.close();
  expect(files()).toEqual([]);
});

test('a tail torn at any byte loses only the record it cuts', async () => {
  const before = await open();
  await before.append(['"first"']);
  const [file] = files();
  let path = join(directory, file ?? '');
  const whole = statSync(path).size;
  await before.append(['"second"']);
  const full = statSync(path).size;
  await kill(before);
  path = join(directory, file ?? '');
  for (let size = full - 1; size >= whole; size -= 5) {
    truncateSync(path, size);
    const after = await open();
    await after.append(['"third"']);
    const first = await after.read(limit);
    expect(first && linesOf(first)).toEqual(['"first"']);
    await after.close();
    for (const name of files()) if (name !== file) truncateSync(join(directory, name), 0);
  }
  const last = await open();
  expect(await readAll(last)).toEqual(['"first"']);
  expect(budget.used).toBe(0);
  await last.close();
});

test('garbage behind the last record, and a file without header, do no harm', async () => {
  const before = await open();
  await before.append(['1']);
  await kill(before);
  appendFileSync(join(directory, files()[0] ?? ''), Buffer.alloc(100_000, 7));
  writeFileSync(join(directory, '000000000900-0123456789abcdef.spool'), 'CUST');
  const after = await open();
  await after.append(['2']);
  expect(await readAll(after)).toEqual(['1', '2']);
  expect(budget.used).toBe(0);
  await after.close();
});

test('a full spool refuses with 503 and takes rows again once some are delivered', async () => {
  budget = { used: 0, limitBytes: 2_000 };
  const spool = await open();
  const row = 'x'.repeat(900);
  await spool.append([row]);
  await spool.append([row]);
  await expect(spool.append([row])).rejects.toMatchObject({
    code: 'spool_full',
    status: 503,
    retryAfterSeconds: 30,
  });
  expect(await readAll(spool)).toEqual([row, row]);
  await spool.append([row]);
  expect(await readAll(spool)).toEqual([row]);
  await spool.close();
});

test('a write that fails keeps nothing, says so, and later rows are taken', async () => {
  const spool = await open();
  await spool.append(['1']);
  await readAll(spool);
  await spool.close();
  // A file where the directory was makes every write fail, for root too.
  rmSync(directory, { recursive: true });
  writeFileSync(directory, '');
  await expect(spool.append(['2'])).rejects.toMatchObject({ code: 'spool_failed', status: 503 });
  expect(budget.used).toBe(0);
  rmSync(directory);
  mkdirSync(directory);
  await spool.append(['3']);
  expect(await readAll(spool)).toEqual(['3']);
  await spool.close();
});

test('delivered segments give their space back while others wait', async () => {
  const spool = await open();
  const row = JSON.stringify({ pad: 'x'.repeat(100_000) });
  for (let batch = 0; batch < 12; batch += 1) await spool.append(Array.from({ length: 60 }, () => row));
  expect(files().length).toBeGreaterThan(1);
  let read = 0;
  let least = Infinity;
  for (let block = await spool.read(limit); block !== undefined; block = await spool.read(limit)) {
    read += block.count;
    await spool.acknowledge(block);
    least = Math.min(least, files().length);
  }
  expect(read).toBe(720);
  expect(least).toBeLessThanOrEqual(1);
  await spool.close();
  expect(files()).toEqual([]);
});

test('a row above a megabyte is refused by name', async () => {
  const spool = await open();
  await expect(spool.append(['x'.repeat(1_100_000)])).rejects.toMatchObject({
    code: 'row_too_large',
    status: 413,
  });
  await spool.close();
});

test('few rows wait for others to share a write, many do not', async () => {
  const clock = createManualClock();
  const spool = await open(clock, 20);
  await spool.append(['x'.repeat(200_000)]);
  const small = spool.append(['1']);
  expect(spool.waitingRows()).toBe(1);
  await clock.advance(20);
  await small;
  expect(spool.waitingRows()).toBe(2);
  expect(spool.waitingBytes()).toBe(statSync(join(directory, files()[0] ?? '')).size - headerBytes);
  await spool.close();
});

test('the oldest row that waits says when it came', async () => {
  const clock = createManualClock();
  const began = clock.now();
  const spool = await open(clock, 0);
  expect(spool.oldestAt()).toBeUndefined();
  await spool.append(['1']);
  await clock.advance(400);
  await spool.append(['2']);
  await clock.advance(5_000);
  await spool.append(['3']);
  await clock.advance(60_000);
  const seen: (number | undefined)[] = [spool.oldestAt()];
  for (let block = await spool.read({ rows: 1, bytes: 1 }); block !== undefined;) {
    await spool.acknowledge(block);
    seen.push(spool.oldestAt());
    block = await spool.read({ rows: 1, bytes: 1 });
  }
  // What came within a second counts as of its first row.
  expect(seen).toEqual([began, began, began + 5_400, undefined]);
  await spool.append(['4']);
  expect(spool.oldestAt()).toBe(began + 65_400);
  await spool.close();
});

test('what an earlier process left counts from the making of its file', async () => {
  const before = Date.now();
  const first = await open();
  await first.append(['1']);
  const made = statSync(join(directory, files()[0] ?? '')).birthtimeMs;
  await first.close();
  const after = await open();
  expect(after.oldestAt()).toBe(made);
  // A file system's clock ticks in steps of its own.
  expect(made).toBeGreaterThan(before - 1_000);
  await readAll(after);
  expect(after.oldestAt()).toBeUndefined();
  await after.close();
});
