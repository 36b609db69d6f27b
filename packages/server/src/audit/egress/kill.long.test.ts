import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startReceiver } from '../../../test/receivers.ts';
import { systemClock } from '../../base/clock.ts';
import { removed, temporary } from '../log/ledger-fixture.ts';

const program = new URL('test/egress-process.ts', import.meta.url).pathname;
const kills = 25;

test('a process killed again and again at any moment loses no event on the way to the receiver, and a repeat is the same batch', async () => {
  const directory = temporary();
  mkdirSync(join(directory, 'ledger'));
  const receiver = await startReceiver();
  let acknowledged = 0;

  async function run(mode: 'write' | 'drain', killAfterMs: number | null): Promise<number | null> {
    const child = spawn(process.execPath, [program, directory, receiver.url, mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    let isUp = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const sizes = text.trim().split('\n').map(Number);
      acknowledged = Math.max(acknowledged, ...sizes);
      if (isUp || killAfterMs === null) return;
      isUp = true;
      void systemClock.sleep(killAfterMs).then(() => child.kill('SIGKILL'));
    });
    return ended;
  }

  for (let turn = 0; turn < kills; turn += 1) {
    expect(await run('write', 20 + ((turn * 37) % 180))).toBeNull();
  }
  expect(await run('drain', null)).toBe(0);

  const seen = new Set<number>();
  const bodies = new Map<string, string>();
  let repeats = 0;
  let next = 0;
  for (const { headers, body } of receiver.received) {
    const key = String(headers['idempotency-key']);
    const known = bodies.get(key);
    if (known !== undefined) {
      repeats += 1;
      expect(body).toBe(known);
      continue;
    }
    bodies.set(key, body);
    const indexes = body
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { index: number }).index);
    // Every new batch goes on where the one before it ended: no gap, no overlap.
    for (const index of indexes) {
      expect(index).toBe(next);
      next += 1;
      seen.add(index);
    }
  }
  expect(acknowledged).toBeGreaterThan(kills * 10);
  expect(seen.size).toBeGreaterThanOrEqual(acknowledged);
  // A kill between sending and moving the cursor did happen.
  expect(repeats).toBeGreaterThan(0);
  await receiver.close();
  removed(directory);
});
