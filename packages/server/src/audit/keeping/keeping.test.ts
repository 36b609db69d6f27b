import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock, systemClock, type ManualClock } from '../../base/clock.ts';
import type { CustosError } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import { openDirectoryStore } from '../../storage/objects/directory.ts';
import type { ObjectStore } from '../../storage/objects/types.ts';
import { parseSecretKeys } from '../../storage/secrets/keys.ts';
import { eventLeaf } from '../egress/egress-fixture.ts';
import type { EventInput } from '../events/envelope.ts';
import { decodeLeaf } from '../events/leaf.ts';
import { removed, temporary, testOptions, testPolicy } from '../log/ledger-fixture.ts';
import { openLedger } from '../log/ledger.ts';
import type { Ledger } from '../log/ledger-types.ts';
import { verifyProof } from '../log/formats/tlog-proof.ts';
import { verifyLog } from '../log/verify/verify-log.ts';
import { commit } from '../vault/commitment.ts';
import { createVault, type Vault } from '../vault/service.ts';
import { checkArchive } from './archive-check.ts';
import type { ArchiveStore } from './archive.ts';
import { createHolds, type HoldService } from './holds.ts';
import { usedBytes } from './keeping-fixture.ts';
import { createKeeping, type Keeping, type KeepingOptions } from './service.ts';
import type { KeepingRule, PruneReport } from './types.ts';

const dayMs = 86_400_000;
const origins = {
  general: 'example.com/general',
  security: 'example.com/security',
  financial: 'example.com/financial',
};
const logs = Object.keys(origins) as (keyof typeof origins)[];
const policy = testPolicy('example.com/financial');
const rules: readonly KeepingRule[] = [
  { log: 'general', days: 730, archive: true },
  { log: 'security', days: 2557, archive: false },
  { log: 'financial', days: null, archive: false },
];

const gzipInOnePart = { compression: { kind: 'gzip', level: 6 }, partBytes: 1e6 } as const;

interface World {
  readonly directory: string;
  readonly clock: ManualClock;
  readonly ledger: Ledger;
  readonly objects: ObjectStore;
  readonly archiveDirectory: string;
  readonly vault: Vault;
  readonly holds: HoldService;
  readonly recorded: EventInput[];
  readonly keeping: Keeping;
  /** The archive of this world, changed. */
  archiveTo(changes: Partial<ArchiveStore>): ArchiveStore;
  again(more: Partial<KeepingOptions>): Keeping;
  /** Appends events at the present time; every tenth has a sealed field. */
  add(log: string, count: number): Promise<void>;
  sealedRows(): Promise<number>;
}

describeOnBothStores('retention', (open) => {
  const closers: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function world(more: Partial<KeepingOptions> = {}): Promise<World> {
    const state = await open();
    const clock = createManualClock();
    const [directory, archiveDirectory] = [temporary(), temporary()];
    const ledger = await openLedger({
      ...testOptions(directory, clock),
      logs: logs.map((name) => ({ name, origin: origins[name] })),
    });
    closers.push(
      () => ledger.close(),
      () => removed(directory),
      () => removed(archiveDirectory),
    );
    const objects = await openDirectoryStore(archiveDirectory, systemClock);
    const keys = parseSecretKeys(randomBytes(32).toString('base64'), 'test');
    const vault = await createVault({ state, keys, clock });
    const recorded: EventInput[] = [];
    const record = (event: EventInput): Promise<void> => Promise.resolve(void recorded.push(event));
    const holds = createHolds({ state, clock, record, logs: () => ledger.names() });
    const archive: ArchiveStore = {
      objects,
      prefix: 'archive/',
      compression: { kind: 'zstd', level: 6 },
      partBytes: 100_000,
      clock,
    };
    const options: KeepingOptions = {
      state,
      ledger,
      clock,
      log: silentLogger,
      holds,
      vault,
      forget: () => Promise.resolve(77),
      followers: [],
      record,
      rules,
      archive,
      ...more,
    };
    let made = 0;
    return {
      directory,
      clock,
      ledger,
      objects,
      archiveDirectory,
      vault,
      holds,
      recorded,
      keeping: createKeeping(options),
      archiveTo: (changes) => ({ ...archive, ...changes }),
      again: (changes) => createKeeping({ ...options, ...changes }),
      async add(log, count) {
        const leaves: Uint8Array[] = [];
        for (let place = 0; place < count; place += 1) {
          made += 1;
          const details = JSON.stringify({ number: made, text: 'x'.repeat((made * 37) % 300) });
          if (made % 10 !== 0) {
            leaves.push(eventLeaf(made, clock.now() + place, { details }));
            continue;
          }
          const email = commit('details.email', `person-${made}@example.com`);
          const subject = { tenant: null, type: 'user', id: `usr_${made % 7}` };
          const entry = { eventId: `evt-${made}`, field: 'details.email', subject, commitment: email };
          await state.transaction((tx) => vault.keep([entry], tx));
          leaves.push(eventLeaf(made, clock.now() + place, { details, digests: [email.digest] }));
        }
        await ledger.appendMany(log, leaves);
      },
      async sealedRows() {
        const db = state.read.withTables<{ audit_vault_field: { event_id: string } }>();
        return (await db.selectFrom('audit_vault_field').selectAll().execute()).length;
      },
    };
  }
  const reportOn = (reports: readonly PruneReport[], log: string): PruneReport =>
    reports.find((report) => report.log === log) as PruneReport;

  test('seven years: the disk shrinks as reported, what is kept and what was archived still proves, nothing financial goes (I13)', async () => {
    const { clock, ledger, holds, keeping, add, directory, objects, recorded, sealedRows } = await world();
    const start = clock.now();
    const early = new Map<string, { readonly entry: Buffer; readonly receipt: Buffer }>();
    const archives: string[] = [];
    let freed = 0;
    let measured = 0;
    let prunes = 0;
    let isHeld = false;
    let hold: { readonly id: string } | undefined;
    for (let quarter = 0; quarter < 31; quarter += 1) {
      for (const log of logs) await add(log, 300);
      await ledger.publish();
      if (quarter === 0) {
        for (const log of logs) {
          const reader = ledger.reader(log);
          early.set(log, { entry: await reader.entry(17), receipt: await reader.receipt(17) });
        }
      }
      // In the third year somebody sues about the fourth quarter; the case ends in the fifth.
      if (quarter === 9) {
        const about = { from: start + 3 * 91 * dayMs, to: start + 4 * 91 * dayMs };
        hold = await holds.place({ logs: ['general'], ...about, reason: 'a dispute', by: 'usr_law' });
      }
      if (quarter === 19) await holds.release(hold?.id ?? '', { by: 'usr_law', reason: 'settled' });

      await ledger.syncDerived();
      const before = usedBytes(directory);
      const reports = await keeping.run();
      const general = reportOn(reports, 'general');
      freed += reports.reduce((sum, report) => sum + report.freed.logBytes, 0);
      measured += before - usedBytes(directory);
      if (general.outcome === 'held') {
        isHeld = true;
        const first = decodeLeaf(await ledger.reader('general').entry(general.from));
        expect(Date.parse(first.receivedTime)).toBeLessThan(start + 4 * 91 * dayMs);
      }
      prunes += reports.filter(({ outcome }) => outcome === 'pruned').length;
      if (general.archive !== null) archives.push(general.archive.prefix);
      expect(reports.map(({ error }) => error)).toEqual([null, null, null]);
      expect(reportOn(reports, 'financial').outcome).toBe('for ever');
      await clock.advance(91 * dayMs);
    }

    expect(isHeld).toBe(true);
    expect(freed).toBeGreaterThan(1_500_000);
    // A few hundred bytes each time: the record of the minimum index, and a new checkpoint.
    expect(Math.abs(freed - measured)).toBeLessThan(31 * 4096);
    expect(Math.abs(freed - measured) / freed).toBeLessThan(0.02);

    const minimum = Object.fromEntries(logs.map((log) => [log, ledger.reader(log).minimumIndex()]));
    expect(minimum['financial']).toBe(0);
    expect(minimum['general']).toBeGreaterThan(6000);
    expect(minimum['security']).toBeGreaterThan(256);
    expect(minimum['security']).toBeLessThan(1000);
    for (const log of logs) {
      const reader = ledger.reader(log);
      const size = reader.head().size;
      const least = minimum[log] as number;
      for (const index of [least, least + 1, Math.floor((least + size) / 2), size - 1]) {
        const entry = await reader.entry(index);
        expect(verifyProof(await reader.receipt(index), entry, policy)).toMatchObject({ valid: true });
      }
      // The first receipts are as good as on their first day, also for what is gone.
      const { entry, receipt } = early.get(log) as { entry: Buffer; receipt: Buffer };
      expect(verifyProof(receipt, entry, policy)).toMatchObject({ valid: true });
      expect(verifyProof(await reader.receipt(17), entry, policy)).toMatchObject({ valid: true });
    }
    // Every kept entry is younger than its log keeps it, but for those of a bundle that is not whole yet.
    const oldest = decodeLeaf(await ledger.reader('general').entry((minimum['general'] as number) + 256));
    expect(clock.now() - Date.parse(oldest.receivedTime)).toBeLessThan((730 + 2 * 91) * dayMs);

    let next = 0;
    for (const prefix of archives) {
      const { manifest, bytes } = await checkArchive(objects, prefix, policy);
      expect(manifest.from).toBe(next);
      next = manifest.to;
      expect(bytes).toBeGreaterThan(0);
    }
    expect(next).toBe(minimum['general']);
    // Sealed fields went with their events: a tenth of what is left has one.
    const left = logs.reduce(
      (sum, log) => sum + ledger.reader(log).head().size - (minimum[log] as number),
      0,
    );
    expect(Math.abs((await sealedRows()) - left / 10)).toBeLessThan(2 * logs.length);
    const acts = recorded.map(({ action }) => action);
    expect(acts.filter((action) => action === 'retention.prune')).toHaveLength(prunes);
    expect(prunes).toBeGreaterThan(15);
    expect(acts.filter((action) => action?.startsWith('legal-hold'))).toEqual([
      'legal-hold.place',
      'legal-hold.release',
    ]);
    await ledger.close();
    expect((await verifyLog(directory, policy)).findings).toEqual([]);
  }, 120_000);

  test('a run that finds nothing says so, and a second run does nothing more', async () => {
    const { clock, keeping, add, ledger, recorded } = await world();
    await add('general', 600);
    await clock.advance(729 * dayMs);
    expect(reportOn(await keeping.run(), 'general')).toMatchObject({
      outcome: 'nothing expired',
      from: 0,
      to: 0,
    });
    await clock.advance(2 * dayMs);
    expect(reportOn(await keeping.run(), 'general')).toMatchObject({
      outcome: 'pruned',
      from: 0,
      to: 512,
      freed: { vaultFields: 51, indexBytes: 77 },
    });
    expect(ledger.reader('general').minimumIndex()).toBe(512);
    expect(reportOn(await keeping.run(), 'general').outcome).toBe('nothing expired');
    expect(recorded).toHaveLength(1);
    expect(recorded[0]).toMatchObject({
      action: 'retention.prune',
      target: { id: 'general' },
      details: { from: 0, to: 512, archive: expect.stringContaining('archive/general/'), vaultFields: 51 },
    });
  });

  describe('cut short', () => {
    /** Dies at one of the steps after the archive: nothing later of this run happens. */
    const dying = (
      step: 'vault' | 'index' | 'prune' | 'after prune' | 'record',
      ledger: Ledger,
    ): Partial<KeepingOptions> => {
      const die = (): Promise<never> => Promise.reject(new Error('killed'));
      return {
        ...(step === 'vault' ? { vault: { discard: die } } : {}),
        ...(step === 'index' ? { forget: die } : {}),
        ...(step === 'record' ? { record: die } : {}),
        ...(step === 'prune' ? { ledger: { ...ledger, prune: die } } : {}),
        ...(step === 'after prune'
          ? {
              ledger: {
                ...ledger,
                async prune(log: string, index: number) {
                  await ledger.prune(log, index);
                  return die();
                },
              },
            }
          : {}),
      };
    };

    test.each(['vault', 'index', 'prune', 'after prune', 'record'] as const)(
      'at the step "%s", the next run completes it and puts it on record once',
      async (step) => {
        const { clock, keeping, add, ledger, recorded, again, objects, sealedRows } = await world();
        await add('general', 600);
        await clock.advance(731 * dayMs);
        const broken = reportOn(await again(dying(step, ledger)).run(), 'general');
        expect(broken).toMatchObject({ outcome: 'failed', error: 'killed' });
        expect(recorded).toEqual([]);
        // Much more has expired by the next run; what was begun is ended first.
        await add('general', 300);
        await clock.advance(400 * dayMs);
        expect(reportOn(await keeping.run(), 'general')).toMatchObject({
          outcome: 'pruned',
          from: 0,
          to: 512,
        });
        expect(ledger.reader('general').minimumIndex()).toBe(512);
        expect(recorded.map(({ action }) => action)).toEqual(['retention.prune']);
        expect(recorded[0]?.details).toMatchObject({ vaultFields: 51 });
        expect(await sealedRows()).toBe(90 - 51);
        const { objects: all } = await objects.list();
        expect(all.filter(({ key }) => key.endsWith('manifest.json'))).toHaveLength(1);
      },
    );

    test('in the midst of the archive, the next run completes the same archive before anything is pruned', async () => {
      const { clock, keeping, add, ledger, again, archiveTo, objects } = await world();
      await add('general', 1600);
      await clock.advance(731 * dayMs);
      let puts = 0;
      const failing: ObjectStore = {
        ...objects,
        put: (...request) =>
          (puts += 1) === 4 ? Promise.reject(new Error('killed')) : objects.put(...request),
      };
      const archive = archiveTo({ objects: failing });
      expect(reportOn(await again({ archive }).run(), 'general').outcome).toBe('failed');
      expect(ledger.reader('general').minimumIndex()).toBe(0);
      await add('general', 300);
      await clock.advance(731 * dayMs);
      // Much more has expired by now; what was planned is done first, into the archive that was begun.
      const first = reportOn(await keeping.run(), 'general');
      expect(first).toMatchObject({ outcome: 'pruned', from: 0, to: 1536 });
      const { manifest } = await checkArchive(objects, first.archive?.prefix ?? '', policy);
      expect(manifest.parts.length).toBeGreaterThan(2);
      expect((await objects.list()).objects).toHaveLength(2 * manifest.parts.length + 1);
      expect(reportOn(await keeping.run(), 'general')).toMatchObject({
        outcome: 'pruned',
        from: 1536,
        to: 1792,
      });
    });
  });

  test('nothing is pruned when the archive was damaged on its way', async () => {
    const { clock, add, ledger, again, archiveTo, objects, archiveDirectory, keeping } = await world();
    await add('general', 600);
    await clock.advance(731 * dayMs);
    let isDamaged = false;
    const damaging: ObjectStore = {
      ...objects,
      async put(key, body, options) {
        const facts = await objects.put(key, body, options);
        if (!isDamaged)
          await truncate(join(archiveDirectory, 'objects', `${key}~`, 'data'), facts.sizeBytes - 1);
        isDamaged = true;
        return facts;
      },
    };
    const archive = archiveTo({ objects: damaging, ...gzipInOnePart });
    expect(reportOn(await again({ archive }).run(), 'general').outcome).toBe('failed');
    expect(ledger.reader('general').minimumIndex()).toBe(0);
    expect(await ledger.reader('general').entry(0)).toBeDefined();
    // An archive that lies, with a right SHA-256, does not pass either.
    const [one] = (await objects.list({ prefix: 'archive/general/' })).objects.filter(({ key }) =>
      key.includes('/entries/'),
    );
    await objects.delete(one?.key ?? '');
    await objects.put(one?.key ?? '', Buffer.from('another'));
    expect(reportOn(await keeping.run(), 'general').outcome).toBe('failed');
    expect(ledger.reader('general').minimumIndex()).toBe(0);
  });

  test('a hold that comes while the archive is written is respected, and one that comes later is refused', async () => {
    const { clock, add, ledger, again, archiveTo, objects, holds, recorded, keeping } = await world();
    await add('general', 600);
    const start = clock.now();
    await clock.advance(731 * dayMs);
    const everything = {
      logs: ['general'],
      from: start,
      to: start + dayMs,
      reason: 'a dispute',
      by: 'usr_law',
    };
    let hold: { readonly id: string } | undefined;
    const slow: ObjectStore = {
      ...objects,
      async put(...request) {
        hold ??= await holds.place(everything);
        return objects.put(...request);
      },
    };
    const archive = archiveTo({ objects: slow, ...gzipInOnePart });
    const report = reportOn(await again({ archive }).run(), 'general');
    expect(report).toMatchObject({ outcome: 'held', stoppedBy: hold?.id });
    expect(ledger.reader('general').minimumIndex()).toBe(0);
    await holds.release(hold?.id ?? '', { by: 'usr_law', reason: 'settled' });
    await expect(holds.release(hold?.id ?? '', { by: 'usr_law', reason: 'again' })).rejects.toMatchObject({
      code: 'conflict',
    });

    let refusal: unknown;
    const late = again({
      forget: async () => {
        refusal = await holds.place(everything).catch((error: unknown) => error);
        return 0;
      },
    });
    expect(reportOn(await late.run(), 'general').outcome).toBe('pruned');
    expect(refusal).toMatchObject({ code: 'conflict' });
    expect(recorded.map(({ action }) => action)).toEqual([
      'legal-hold.place',
      'legal-hold.release',
      'retention.prune',
    ]);
    expect(await holds.list('in force')).toEqual([]);
    expect(await holds.list()).toHaveLength(1);
    expect(reportOn(await keeping.run(), 'general').outcome).toBe('nothing expired');
  });

  test('what somebody still needs is not pruned', async () => {
    let place: number | null = 0;
    const { clock, add, keeping } = await world({
      followers: [{ name: 'siem', needs: (log) => Promise.resolve(log === 'general' ? place : null) }],
    });
    await add('general', 600);
    await add('security', 300);
    await clock.advance(2600 * dayMs);
    const reports = await keeping.run();
    expect(reportOn(reports, 'general')).toMatchObject({ outcome: 'waiting', stoppedBy: 'siem' });
    expect(reportOn(reports, 'security')).toMatchObject({ outcome: 'pruned', to: 256 });
    place = 300;
    expect(reportOn(await keeping.run(), 'general')).toMatchObject({ outcome: 'pruned', to: 256 });
    place = null;
    expect(reportOn(await keeping.run(), 'general')).toMatchObject({ outcome: 'pruned', from: 256, to: 512 });
  });

  test('any archive that was changed afterwards is refused, and so is one of another log', async () => {
    const { clock, add, keeping, objects, archiveDirectory } = await world();
    await add('general', 600);
    await clock.advance(731 * dayMs);
    const { archive } = reportOn(await keeping.run(), 'general');
    const prefix = archive?.prefix ?? '';
    await checkArchive(objects, prefix, policy);
    await expect(checkArchive(objects, prefix, { ...policy, logs: [] })).rejects.toMatchObject({
      code: 'audit_archive_mismatch',
    });
    const key = `${prefix}manifest.json`;
    const text = (await objects.read(key, 1e6)).toString('utf8');
    const manifest = JSON.parse(text) as Record<string, unknown>;
    const changed = [
      { ...manifest, root: Buffer.alloc(32).toString('base64') },
      { ...manifest, to: 511 },
      { ...manifest, from: 256 },
      { ...manifest, log: 'security' },
      { ...manifest, parts: [] },
      { ...manifest, consistency: [] },
      { ...manifest, more: 1 },
    ];
    for (const one of changed) {
      await objects.delete(key);
      await objects.put(key, Buffer.from(JSON.stringify(one)));
      await expect(
        checkArchive(objects, prefix, policy),
        JSON.stringify(one).slice(0, 80),
      ).rejects.toMatchObject({
        code: 'audit_archive_mismatch',
      });
    }
    await objects.delete(key);
    await objects.put(key, Buffer.from(text));
    await checkArchive(objects, prefix, policy);

    const files = (await objects.list({ prefix })).objects.map((one) => one.key).filter((one) => one !== key);
    expect(files).toHaveLength(4);
    for (const file of files) {
      const path = join(archiveDirectory, 'objects', `${file}~`, 'data');
      const bytes = readFileSync(path);
      const flipped = Buffer.from(bytes);
      flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 4;
      for (const broken of [flipped, bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from('x')])]) {
        writeFileSync(path, broken);
        await expect(checkArchive(objects, prefix, policy)).rejects.toThrow();
      }
      writeFileSync(path, bytes);
    }
    await checkArchive(objects, prefix, policy);
  });

  test('rules and holds at fault are refused with the field', async () => {
    const { again, holds } = await world();
    const refused = (rule: Partial<KeepingRule>): unknown => {
      try {
        again({ rules: [{ log: 'general', days: 1, archive: false, ...rule }] });
        return 'taken';
      } catch (error) {
        return (error as CustosError).fields[0]?.field;
      }
    };
    expect(refused({})).toBe('taken');
    expect(refused({ log: 'financial', days: 36_500 })).toBe('retention.0.days');
    expect(refused({ log: 'nowhere' })).toBe('retention.0.log');
    expect(refused({ days: 0 })).toBe('retention.0.days');
    const hold = { logs: null, from: null, to: null, reason: 'x', by: 'usr_1' };
    for (const [change, field] of [
      [{ reason: ' ' }, 'reason'],
      [{ by: '' }, 'by'],
      [{ logs: ['nowhere'] }, 'logs'],
      [{ from: 2, to: 2 }, 'to'],
    ] as const) {
      await expect(Promise.resolve().then(() => holds.place({ ...hold, ...change }))).rejects.toMatchObject({
        fields: [{ field }],
      });
    }
    await expect(holds.release('hold_x', { by: 'usr_1', reason: 'x' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
