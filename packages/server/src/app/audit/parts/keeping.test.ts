import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { describeOnBothStores } from '../../../../test/stores.ts';
import { checkArchive } from '../../../audit/keeping/archive-check.ts';
import { createManualClock, systemClock, type ManualClock } from '../../../base/clock.ts';
import { openDirectoryStore } from '../../../storage/objects/directory.ts';
import { auditConfiguration } from '../config/configuration.ts';
import { act, openInstallation, removed, type Installation } from './installation-fixture.ts';
import { joinKeeping, keepingRules, type JoinedKeeping } from './keeping.ts';

const dayMs = 86_400_000;

test('every log has one rule: as built in, as logs says, as retention changes it', () => {
  const configuration = auditConfiguration.parse({
    logs: [
      { name: 'shop', retentionDays: 30 },
      { name: 'kept', retentionDays: null },
    ],
    retention: { general: { days: 10 }, security: { archive: true }, shop: { archive: true } },
    archive: { address: '/var/archive' },
  });
  expect(keepingRules(configuration)).toEqual([
    { log: 'general', days: 10, archive: false },
    { log: 'security', days: 2557, archive: true },
    { log: 'financial', days: null, archive: false },
    { log: 'shop', days: 30, archive: true },
    { log: 'kept', days: null, archive: false },
  ]);
});

describeOnBothStores('retention, from the configuration', (open) => {
  const cleanups: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  interface World extends JoinedKeeping {
    readonly shop: Installation;
    readonly archive: string;
    /** What the egress of this installation still needs. */
    needed: number | null;
    runDaily(): Promise<void>;
    minimumIndex(): number;
  }
  /** An installation whose 300 acts of two days ago have expired. */
  async function expired(): Promise<World> {
    const archive = mkdtempSync(join(tmpdir(), 'custos-archive-'));
    const then: ManualClock = createManualClock(systemClock.now() - 2 * dayMs);
    // Time goes on as it does, from the day before yesterday on.
    const clock = { ...systemClock, now: () => then.now() };
    const shop = await openInstallation({
      state: await open(),
      clock,
      configuration: { retention: { security: { days: 1, archive: true } }, archive: { address: archive } },
    });
    cleanups.push(
      () => rmSync(archive, { recursive: true, force: true }),
      () => removed(shop),
      () => shop.close(),
    );
    await act(shop, 300);
    then.jump(2 * dayMs);
    const world: World = {
      shop,
      archive,
      needed: null,
      ...(await joinKeeping({ ...shop.parts, egress: { needs: async () => world.needed } })),
      runDaily: async () => shop.schedules.get('audit.retention')?.run({} as never),
      minimumIndex: () => shop.ledger.reader('security').minimumIndex(),
    };
    return world;
  }

  test('the daily job archives what has expired, removes it and puts that on record', async () => {
    const { shop, archive, runDaily, minimumIndex } = await expired();
    expect(shop.schedules.get('audit.retention')).toMatchObject({ cron: '30 2 * * *' });
    const before = shop.ledger.reader('security').head().size;
    await runDaily();
    expect(minimumIndex()).toBe(256);
    const objects = await openDirectoryStore(archive, systemClock);
    const { objects: found } = await objects.list();
    const manifest = found.find(({ key }) => key.endsWith('manifest.json'))?.key as string;
    const checked = await checkArchive(objects, manifest.slice(0, manifest.lastIndexOf('/') + 1));
    expect(checked.manifest).toMatchObject({ log: 'security', from: 0, to: 256 });
    expect(checked.root).toEqual(await shop.ledger.reader('security').rootAt(256));
    const after = await whenGrown(shop, before);
    expect(after).toContain('"retention.prune"');
  });

  test('what egress has not sent, and what a legal hold keeps, stays', async () => {
    const world = await expired();
    world.needed = 0;
    await world.runDaily();
    expect(world.minimumIndex()).toBe(0);

    world.needed = null;
    const { holds } = world;
    const hold = await holds.place({
      logs: ['security'],
      from: null,
      to: null,
      reason: 'a court asks',
      by: 'usr_1',
    });
    await world.runDaily();
    expect(world.minimumIndex()).toBe(0);
    await holds.release(hold.id, { by: 'usr_1', reason: 'it is over' });
    await world.runDaily();
    expect(world.minimumIndex()).toBe(256);
    await expect(async () =>
      holds.place({ logs: ['unknown'], from: null, to: null, reason: 'no', by: 'usr_1' }),
    ).rejects.toMatchObject({ fields: [{ field: 'logs' }] });
  });

  test('a run that fails for a log fails as a job, so that somebody hears of it', async () => {
    const { archive, runDaily, minimumIndex } = await expired();
    rmSync(archive, { recursive: true, force: true });
    await expect(runDaily()).rejects.toThrow(/The log "security": /);
    expect(minimumIndex()).toBe(0);
  });
});

/** The text of what came after that many entries; the record of a prune comes with a relay. */
async function whenGrown({ ledger }: Installation, before: number): Promise<string> {
  const reader = ledger.reader('security');
  for (let turn = 0; turn < 200 && reader.head().size === before; turn += 1) await systemClock.sleep(50);
  return (await reader.entries(before, reader.head().size)).map(String).join('\n');
}
