import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { restoreBackup } from '../../../audit/backup/restore.ts';
import { parsePolicy } from '../../../audit/log/formats/policy.ts';
import { systemClock } from '../../../base/clock.ts';
import { openDirectoryStore } from '../../../storage/objects/directory.ts';
import { openSqlite } from '../../../storage/state/sqlite.ts';
import { joinBackup } from './backup.ts';
import { act, openInstallation, removed, type Installation } from './installation-fixture.ts';

describe('backups, from the configuration', () => {
  const cleanups: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  const temporary = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'custos-backup-'));
    cleanups.push(() => rmSync(path, { recursive: true, force: true }));
    return path;
  };
  const install = async (configuration: unknown): Promise<Installation> => {
    const state = openSqlite(join(temporary(), 'state.sqlite'));
    const shop = await openInstallation({ state, configuration });
    cleanups.push(
      () => removed(shop),
      () => state.close(),
      () => shop.close(),
    );
    return shop;
  };
  const run = async ({ schedules }: Installation, name: string): Promise<void> =>
    schedules.get(name)?.run({} as never);

  test('the job makes encrypted backups that restore and verify, and old ones go', async () => {
    const address = temporary();
    const shop = await install({ backup: { address, keep: 2, everyHours: 6 } });
    const backups = await joinBackup(shop.parts);
    expect(shop.schedules.get('audit.backup')).toMatchObject({ everyMs: 6 * 3_600_000 });
    for (let turn = 0; turn < 3; turn += 1) {
      await act(shop, 5);
      await run(shop, 'audit.backup');
    }
    expect((await backups?.list())?.backups).toHaveLength(3);
    await run(shop, 'audit.backup-cleanup');
    const kept = (await backups?.list())?.backups ?? [];
    expect(kept).toHaveLength(2);
    expect(kept[0]?.keyId).not.toBeNull();

    const objects = await openDirectoryStore(address, systemClock);
    const restored = await restoreBackup(
      { objects, prefix: 'audit-backup/', keys: shop.parts.keys },
      {
        id: kept[0]?.id as string,
        into: join(temporary(), 'ledger'),
        policy: parsePolicy(shop.outside.policyText()),
      },
    );
    expect(restored.verification.logs.find(({ name }) => name === 'security')?.size).toBe(15);
  });

  test('there are none when none are configured', async () => {
    const shop = await install({});
    expect(await joinBackup(shop.parts)).toBeNull();
    expect(shop.schedules.has('audit.backup')).toBe(false);
  });

  test('a ledger in the database is refused in words that say what to do', async () => {
    const shop = await install({ backup: { address: temporary() } });
    const parts = { ...shop.parts, store: 'database' as const };
    await expect(joinBackup(parts)).rejects.toMatchObject({
      code: 'audit_backup_in_database',
      message: expect.stringContaining('pg_dump'),
    });
    expect(shop.schedules.has('audit.backup')).toBe(false);
  });

  test('a store that cannot be is named', async () => {
    const shop = await install({ backup: { address: 's3://bucket?color=red' } });
    await expect(joinBackup(shop.parts)).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'audit.backup.address' }],
    });
  });
});
