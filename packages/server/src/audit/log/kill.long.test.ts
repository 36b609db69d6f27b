import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { chooseSeed, seededRandom } from '../../../test/seeded-random.ts';
import { appenderPath } from './appender-fixture.ts';
import { removed, temporary, testOptions, testPolicy } from './ledger-fixture.ts';
import { openLedger } from './ledger.ts';
import { verifyLog } from './verify/verify-log.ts';

const seed = chooseSeed();
const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) removed(directory);
});

/** What children were told, over all their lives. */
interface Told {
  readonly acked: Map<string, string>;
  readonly signed: Map<string, string>;
}

function note(told: Told, output: string): void {
  const lines = output.split('\n');
  lines.pop(); // The kill may have cut the last line.
  for (const line of lines) {
    const [kind, log = '', number = '', ...rest] = line.split(' ');
    const key = `${log} ${number}`;
    const value = rest.join(' ');
    const map = kind === 'acked' ? told.acked : kind === 'signed' ? told.signed : undefined;
    if (map === undefined) continue;
    // One index, one entry; one size, one root: over every life of the process.
    if ((map.get(key) ?? value) !== value)
      throw new Error(`${kind} ${key}: "${map.get(key)}", then "${value}"`);
    map.set(key, value);
  }
}

/** Runs a child until it is killed after `ms` (or kills itself, under strace). Returns what it said. */
async function live(
  command: readonly string[],
  ms: number,
): Promise<{ output: string; errors: string; signal: string | null }> {
  const child = spawn(command[0] as string, command.slice(1), {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const closed = once(child, 'close');
  const opened = new Promise<void>((resolve) =>
    child.stdout.on('data', () => output.includes('open\n') && resolve()),
  );
  await Promise.race([opened, closed]);
  // The whole group: a tracer that is killed alone leaves what it traced running.
  const timer = setTimeout(() => process.kill(-(child.pid as number), 'SIGKILL'), ms);
  const [, signal] = (await closed) as [number | null, string | null];
  clearTimeout(timer);
  return { output, errors, signal };
}

/** Opens the ledger and checks that everything that was told is so. */
async function settle(directory: string, told: Told): Promise<void> {
  expect(
    (await verifyLog(directory, testPolicy())).findings.filter(({ rebuildable }) => !rebuildable),
  ).toEqual([]);
  const ledger = await openLedger(testOptions(directory));
  for (const [key, text] of told.acked) {
    const [log = '', index] = key.split(' ');
    const kept = (await ledger.reader(log).entry(Number(index))).toString();
    if (kept !== text) throw new Error(`${key} was acknowledged as "${text}" and is "${kept}"`);
  }
  for (const [key, root] of told.signed) {
    const [log = '', size] = key.split(' ');
    if ((await ledger.reader(log).rootAt(Number(size))).toString('base64') !== root) {
      throw new Error(`${key} was signed with another root`);
    }
  }
  await ledger.close();
  expect((await verifyLog(directory, testPolicy())).findings).toEqual([]);
}

/** One ledger through many kills, checked after every 50. Returns how many acknowledgements were checked. */
async function manyLives(name: string, kills: number, random: () => number): Promise<number> {
  const directory = temporary();
  directories.push(directory);
  const told: Told = { acked: new Map(), signed: new Map() };
  for (let kill = 1; kill <= kills; kill += 1) {
    const command = [process.execPath, appenderPath, directory, `${name}.${kill}`];
    const { output, errors, signal } = await live(command, random() * 120);
    expect([errors, signal], `kill ${kill} of ${name}`).toEqual(['', 'SIGKILL']);
    note(told, output);
    if (kill % 50 === 0 || kill === kills) await settle(directory, told);
  }
  return told.acked.size;
}

test(`after 1,000 kills at random moments nothing acknowledged is lost and nothing signed is contradicted (seed ${seed})`, async () => {
  const each = Number(process.env['CUSTOS_TEST_KILLS'] ?? 1000) / 4;
  const checked = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name, place) => manyLives(name, each, seededRandom(seed + place))),
  );
  for (const acknowledged of checked) expect(acknowledged).toBeGreaterThan(each);
});

const hasStrace = spawnSync('strace', ['-V']).status === 0;

/** Files of the ledger by name, for calls that the runtime makes as well when it starts. */
function ledgerPaths(directory: string): string[] {
  const segments = Array.from({ length: 9 }, (_, place) => `journal/00000000000${place + 1}.segment`);
  const names = ['general', 'security'].flatMap((log) => [
    `heads/${log}`,
    `heads/${log}.draft`,
    `logs/${log}/draft`,
    `logs/${log}/draft.0`,
    `logs/${log}/draft.2`,
    `logs/${log}/checkpoint`,
    `logs/${log}/tile/0`,
    `logs/${log}/tile/0/000`,
  ]);
  const others = [
    'journal',
    'journal/next.spare',
    'journal/seal.key',
    'journal/seal.key.draft',
    'heads',
    'derived.mark',
    'derived.mark.new',
  ];
  return [...segments, ...names, ...others].flatMap((name) => ['-P', join(directory, name)]);
}

describe.skipIf(!hasStrace)('faults of single system calls (skipped where strace is not installed)', () => {
  const calls = ['openat', 'pwrite64', 'fdatasync', 'fsync', 'rename', 'ftruncate', 'mkdir', 'read', 'close'];
  for (const call of calls) {
    test(`EIO, ENOSPC and a kill in ${call} lose nothing that was acknowledged`, async () => {
      let hit = 0;
      for (const fault of ['error=EIO', 'error=ENOSPC', 'signal=KILL']) {
        const directory = temporary();
        directories.push(directory);
        const told: Told = { acked: new Map(), signed: new Map() };
        await (await openLedger(testOptions(directory))).close();
        const paths = ['openat', 'read', 'close'].includes(call) ? ledgerPaths(directory) : [];
        for (const when of [1, 3, 9, 40]) {
          const trace = join(directory, 'trace');
          const strace = [
            'strace',
            '-f',
            '-qq',
            '-o',
            trace,
            '-e',
            `trace=${call}`,
            '-e',
            `inject=${call}:${fault}:when=${when}`,
            ...paths,
          ];
          const run = `${call}/${fault}/${when}`;
          const { output } = await live([...strace, process.execPath, appenderPath, directory, run], 900);
          note(told, output);
          if (/INJECTED|killed by SIGKILL/.test(readFileSync(trace, 'utf8'))) hit += 1;
          rmSync(trace);
        }
        await settle(directory, told);
      }
      // Some calls are rare, and a slow machine gets to few of them; none at all would prove nothing.
      expect(hit).toBeGreaterThan(0);
    });
  }
});
