import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { openState } from '../storage/state/open.ts';
import type { ProbeTables } from './store-rows.ts';
import type { SeenTables } from './test/flapping-child.ts';

const child = fileURLToPath(new URL('test/flapping-child.ts', import.meta.url));
const kills = 30;

test('killed at any moment, status, changes on record and what rules were told never disagree', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-flap-'));
  const path = join(directory, 'state.sqlite');
  let changesSeen = 0;
  for (let round = 0; round < kills; round += 1) {
    const running = spawn(process.execPath, [child, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(running.stdout, 'data');
    await delay(50 + Math.random() * 250);
    running.kill('SIGKILL');
    await once(running, 'exit');

    const state = await openState({ url: `sqlite:${path}`, clock: systemClock, log: silentLogger });
    const db = state.read.withTables<ProbeTables & SeenTables>();
    const states = await db
      .selectFrom('probe_state')
      .innerJoin('probe', 'probe.id', 'probe_state.id')
      .select(['probe.id', 'status', 'probe.name'])
      .execute();
    for (const { id, status, name } of states.filter((row) => row.name.startsWith('Probe'))) {
      const changes = await db
        .selectFrom('probe_status_change')
        .selectAll()
        .where('probe_id', '=', id)
        .orderBy('at')
        .execute();
      const seen = await db
        .selectFrom('seen')
        .selectAll()
        .where('probe_id', '=', id)
        .orderBy('position')
        .execute();
      expect(seen.at(-1)?.status, name).toBe(status);
      expect(changes.filter((change) => change.ended_at === null).map((change) => change.to_status)).toEqual([
        status,
      ]);
      // Every change that is on record was told to the rules, in order, and nothing else was.
      const told = seen.map((row) => row.status).filter((value, index, all) => value !== all[index - 1]);
      expect(told).toHaveLength(changes.length);
      changesSeen += changes.length;
    }
    expect(states.length).toBe(12);
    await state.close();
  }
  expect(changesSeen).toBeGreaterThan(kills * 10);
  rmSync(directory, { recursive: true });
});
