import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@custos/client';
import { createTileVerifier } from '@custos/client/ledger';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicLogs, resourcesOf, sendEvents, tokenFor, unlimited, type PublicLog } from './audit-ledger.ts';
import { custos as command } from './command.ts';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';

/** Where Debian's golang-golang-x-mod-dev puts the packages. */
const goPath = '/usr/share/gocode';
const hasGo =
  existsSync(join(goPath, 'src/golang.org/x/mod/sumdb/tlog')) && spawnSync('go', ['version']).status === 0;
const program = new URL('../src/audit/log/verify/sumdb-check.go', import.meta.url).pathname;

/** Runs a program while this one goes on. */
async function run(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(name, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  await once(child, 'close');
  return `${output}exit code ${child.exitCode}`;
}

describe('those outside, with nothing but HTTP', () => {
  let custos: Served;
  let client: Client;
  let general: PublicLog;
  let old: string;
  const work = mkdtempSync(join(tmpdir(), 'custos-outsiders-'));

  beforeAll(async () => {
    custos = await serve({
      config: { columns: { enabled: false }, audit: { settings: unlimited, public: 'all' } },
    });
    client = await setUp(custos);
    general = (await publicLogs(client)).find(({ name }) => name === 'general') as PublicLog;
    const token = await tokenFor(client, 'shop', ['audit.write']);
    const fill = async (from: number, to: number): Promise<string> => {
      for (let at = from; at < to; at += 500) {
        const events = Array.from({ length: Math.min(500, to - at) }, (_, place) => ({
          type: 'application.act',
          outcome: 'succeeded',
          actor: { type: 'customer', id: `cus_${place % 7}` },
          details: { number: at + place },
        }));
        await sendEvents(custos.url, events, { token });
      }
      return eventually(
        async () => {
          const note = Buffer.from((await resourcesOf(custos.url, general)('checkpoint')) ?? []).toString();
          return note.split('\n')[1] === String(to) && note;
        },
        { what: `the checkpoint of ${to} entries` },
      );
    };
    old = await fill(0, 700);
    await fill(700, 3100);
  }, 60_000);
  afterAll(async () => {
    await discard(custos);
    rmSync(work, { recursive: true, force: true });
  });

  test.skipIf(!hasGo)(
    'I4: Go’s checksum database packages verify the log of a running server over HTTP (skipped where golang-go and golang-golang-x-mod-dev are not installed)',
    async () => {
      const file = join(work, 'old-checkpoint');
      writeFileSync(file, old);
      const env = {
        PATH: process.env['PATH'],
        HOME: work,
        GO111MODULE: 'off',
        GOPATH: goPath,
        GOCACHE: join(work, 'cache'),
      };
      const address = `${custos.url}/ledger/${general.origin}`;
      const check = (key: string): Promise<string> => run('go', ['run', program, address, key, file], env);
      expect(await check(general.vkey)).toBe('OK 3100 entries, 194 checked, from 700\nexit code 0');
      // The key of another log of the same server, under this one's name, verifies nothing.
      const security = (await publicLogs(client)).find(({ name }) => name === 'security');
      expect(await check(security?.vkey ?? '')).toMatch(/^FAILED[^]*exit code 1$/);
    },
    120_000,
  );

  test('I4: the verifier of the client, and custos audit verify, find the log whole', async () => {
    const fetch = resourcesOf(custos.url, general);
    const verifier = createTileVerifier({ fetch, vkey: general.vkey });
    expect(await verifier.verifyConsistency(old)).toMatchObject({ verified: true, oldSize: 700 });
    for (const index of [0, 255, 256, 699, 3099]) {
      expect(await verifier.readEntry(index)).toMatchObject({ verified: true, index });
    }
    const token = await tokenFor(client, 'auditor', ['audit.read']);
    const tokenFile = join(work, 'token');
    writeFileSync(tokenFile, token);
    const args = ['audit', 'verify', '--url', custos.url, '--token-file', tokenFile];
    const { code, out, error } = await command(args, { directory: work });
    expect(error).toBe('');
    expect(out).toContain(`${general.origin}: verified, 3100 entries`);
    expect(code).toBe(0);
  });

  test('I10: a server whose history is another than the one that somebody has seen is found out', async () => {
    const { checkpoint } =
      (await client.audit.ledger.status()).logs.find(({ name }) => name === 'general') ?? {};
    const real = resourcesOf(custos.url, general);
    const changed = async (path: string): Promise<Uint8Array | undefined> => {
      const bytes = await real(path);
      if (bytes === undefined || !path.startsWith('tile/0/002')) return bytes;
      const other = new Uint8Array(bytes);
      other[0] = (other[0] ?? 0) ^ 1;
      return other;
    };
    const verifier = createTileVerifier({ fetch: changed, vkey: general.vkey });
    expect(await verifier.verifyConsistency(old)).toMatchObject({ verified: false, code: 'forked' });
    expect(await verifier.readEntry(600)).toMatchObject({ verified: false });
    // Fewer entries than somebody has a checkpoint of.
    const cut = async (path: string) => (path === 'checkpoint' ? Buffer.from(old) : real(path));
    const behind = createTileVerifier({ fetch: cut, vkey: general.vkey });
    expect(await behind.verifyConsistency(checkpoint?.note ?? '')).toMatchObject({
      verified: false,
      code: 'behind',
    });
  });
});
