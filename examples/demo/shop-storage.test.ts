import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { megabyte, openStorage } from './shop-storage.ts';

const directory = mkdtempSync(join(tmpdir(), 'custos-storage-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('what does not fit is refused as on a full disk, and fits again once there is room', () => {
  const storage = openStorage(directory, 4 * megabyte);
  for (const name of ['a', 'b', 'c']) storage.write(name, Buffer.alloc(megabyte));
  expect(storage.read()).toMatchObject({ state: 'ok', percent: 75 });
  storage.write('d', Buffer.alloc(megabyte / 2));
  expect(storage.read().state).toBe('full');
  expect(() => storage.write('e', Buffer.alloc(megabyte))).toThrow(
    expect.objectContaining({ code: 'ENOSPC' }),
  );
  storage.remove('a');
  storage.write('e', Buffer.alloc(megabyte));
  // A later start counts what is there.
  expect(openStorage(directory, 4 * megabyte).read().usedMb).toBe(3.5);
});
