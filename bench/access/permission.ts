import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createObjectLevel } from '../../packages/server/src/access/object-level/service.ts';
import type { AccessTables } from '../../packages/server/src/access/tables.ts';
import { createAccess } from '../../packages/server/src/access/service.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import { silentLogger } from '../../packages/server/src/base/logger.ts';
import { openState } from '../../packages/server/src/storage/state/open.ts';
import { quantile, type Figure } from '../figure.ts';

const rounds = 9;
const checks = 2000;

async function usEach(check: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const begun = performance.now();
    for (let number = 0; number < checks; number += 1) await check();
    if (round > 0) times.push(((performance.now() - begun) * 1000) / checks);
  }
  return quantile(times, 0.5);
}

/**
 * One check of a permission that reaches only the objects of one's team, the costliest kind: role, reach and
 * teams are read anew. The baseline is the same row, asked for by its key.
 */
export async function permissionCheck(): Promise<Figure> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-bench-'));
  const shared = { clock: systemClock, log: silentLogger };
  const state = await openState({ url: `sqlite:${join(directory, 'state.sqlite')}`, ...shared });
  try {
    const access = createAccess({ state, ...shared, audit: { append: () => Promise.resolve() } });
    await access.start();
    const viewer = await access.operator.createUser({
      email: 'vic@example.com',
      name: 'Vic',
      role: 'viewer',
      password: 'tram velvet ocean lantern',
    });
    const objects = createObjectLevel({ state });
    const permissions = new Set(['investigation.read'] as const);
    const { id: userId, name, email, role } = viewer;
    const kind = 'user' as const;
    const identity = { kind, userId, name, email, role, permissions, sessionId: null, tokenId: null };
    const object = { owners: [], team: 'payments' };
    if (await objects.mayActOn(identity, 'investigation.read', object)) throw new Error('it was let in');
    const value = await usEach(() => objects.mayActOn(identity, 'investigation.read', object));
    const db = state.read.withTables<AccessTables>();
    const bare = await usEach(() =>
      db.selectFrom('access_user').selectAll().where('id', '=', viewer.id).executeTakeFirst(),
    );
    await access.stop();
    return {
      figure: 'permission-us',
      value,
      unit: 'us',
      baseline: { name: 'reading the user by id', value: bare },
    };
  } finally {
    await state.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
