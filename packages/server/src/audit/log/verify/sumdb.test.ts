import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createSigner } from '../formats/keys.ts';
import { removed, temporary, testEntry, testKeys, testOptions, testOrigins } from '../ledger-fixture.ts';
import { openLedger } from '../ledger.ts';

/** Where Debian's golang-golang-x-mod-dev puts the packages. */
const goPath = '/usr/share/gocode';
const hasGo =
  existsSync(join(goPath, 'src/golang.org/x/mod/sumdb/tlog')) && spawnSync('go', ['version']).status === 0;

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) removed(directory);
});

test.skipIf(!hasGo)(
  'Go’s checksum database packages verify a log that we wrote (skipped where golang-go and golang-golang-x-mod-dev are not installed)',
  async () => {
    const directory = temporary();
    const work = temporary();
    directories.push(directory, work);
    const ledger = await openLedger(testOptions(directory));
    const append = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at += 1000) {
        await ledger.appendMany(
          'general',
          Array.from({ length: Math.min(1000, to - at) }, (_, place) => testEntry(at + place)),
        );
      }
      await ledger.publish();
    };
    await append(0, 13_000);
    const old = join(work, 'old-checkpoint');
    writeFileSync(old, ledger.reader('general').checkpoint() as string);
    await append(13_000, 70_000);
    await ledger.close();
    const name = testOrigins.general;
    const { vkey } = createSigner({ name, type: 1, privateKey: testKeys(name).ed25519 }).verifier;
    const program = join(import.meta.dirname, 'sumdb-check.go');
    const env = {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: goPath,
      GOCACHE: join(work, 'cache'),
      GOFLAGS: '',
    };
    const run = (key: string): ReturnType<typeof spawnSync> =>
      spawnSync('go', ['run', program, join(directory, 'logs/general'), key, old], { env, encoding: 'utf8' });
    expect(run(vkey).stdout).toBe('OK 70000 entries, 200 checked, from 13000\n');
    const other = createSigner({ name, type: 1, privateKey: testKeys('example.com/other').ed25519 }).verifier
      .vkey;
    expect(run(other)).toMatchObject({ status: 1, stdout: expect.stringContaining('FAILED') });
  },
  180_000,
);
