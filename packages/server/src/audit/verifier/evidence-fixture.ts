import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { createManualClock, systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { parseSecretKeys } from '../../storage/secrets/keys.ts';
import { openState } from '../../storage/state/open.ts';
import type { State } from '../../storage/state/state.ts';
import { createCatalogue } from '../events/catalogue.ts';
import { prepareEvent } from '../events/prepare.ts';
import { createSigner } from '../log/formats/keys.ts';
import { removed, temporary, testKeys, testOptions, testOrigins } from '../log/ledger-fixture.ts';
import { openLedger } from '../log/ledger.ts';
import { createVault } from '../vault/service.ts';
import type { EvidencePlace } from './evidence-places.ts';
import { createEvidence } from './evidence-zip.ts';

/** What tests of evidence share: a real ledger, a real vault, and events in both. */

export const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);

const clock = createManualClock();

export const vkeyOf = (name: string): string =>
  createSigner({ name, type: 1, privateKey: testKeys(name).ed25519 }).verifier.vkey;

export const testPolicyText = `${Object.values(testOrigins)
  .map((name) => `log ${vkeyOf(name)}\n`)
  .join('')}quorum none\n`;

/** A login with three sealed fields: the actor's name, the address, the login. */
export function login(number: number) {
  return {
    id: `evt-${number}`,
    type: 'authentication.login',
    outcome: 'succeeded',
    actor: { type: 'user', id: `usr_${number}`, name: `Secret Name ${number} é😂` },
    address: `203.0.113.${number % 250}`,
    details: { method: 'password', login: `user${number}@secret.example` },
  };
}

/** An act with two sealed fields and whatever details. */
export function act(number: number, details: Readonly<Record<string, unknown>>, name = 'Secret Name') {
  return {
    id: `act-${number}`,
    type: 'application.act',
    action: 'order.refund',
    outcome: 'succeeded',
    actor: { type: 'user', id: `usr_${number}`, name },
    target: { type: 'order', id: `ord_${number}` },
    address: '203.0.113.7',
    details,
  };
}

export async function openEvidence(state: State) {
  const keys = parseSecretKeys(randomBytes(32).toString('base64'), 'test');
  const vault = await createVault({ state, keys, clock });
  const directory = temporary();
  const ledger = await openLedger(testOptions(directory, clock));
  const catalogue = createCatalogue();

  return {
    vault,
    ledger,
    clock,
    evidence: createEvidence({ reader: ledger.reader, vault, policy: () => testPolicyText, clock }),
    /** Records events and says where they are. */
    async record(log: keyof typeof testOrigins, events: readonly object[]): Promise<EvidencePlace[]> {
      const prepared = events.map((event) =>
        prepareEvent(event, { catalogue, source: 'shop', received: clock.now() }),
      );
      await state.transaction((tx) =>
        vault.keep(
          prepared.flatMap(({ vaultEntries }) => vaultEntries),
          tx,
        ),
      );
      const placed = await ledger.appendMany(
        log,
        prepared.map(({ leaf }) => leaf),
      );
      return placed.map(({ index }, at) => ({ log, index, id: prepared[at]?.id ?? '' }));
    },
    async close(): Promise<void> {
      await ledger.close();
      removed(directory);
    },
  };
}

/** The same on a State of its own, in a directory that is there; closing it closes that too. */
export async function openEvidenceIn(work: string) {
  const url = `sqlite:${join(work, 'state.sqlite')}`;
  const state = await openState({ url, clock: systemClock, log: silentLogger });
  const evidence = await openEvidence(state);
  return {
    ...evidence,
    async close(): Promise<void> {
      await evidence.close();
      await state.close();
    },
  };
}

export async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}

/** Unpacks an archive into a folder; gives its files. */
export function unpacked(zip: Uint8Array, folder: string): Map<string, Buffer> {
  const files = new Map(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, Buffer.from(bytes)]));
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes, { flag: 'wx' });
  }
  return files;
}

export interface PythonReport {
  readonly verified: boolean;
  readonly trust: string;
  readonly problems: readonly string[];
  readonly events: readonly {
    readonly log: string;
    readonly index: number;
    readonly disclosed: readonly string[];
    readonly closed: number;
    readonly event: Readonly<Record<string, unknown>>;
  }[];
}

/** Runs the `verify.py` that is in the folder. */
export function runPython(
  folder: string,
  ...more: readonly string[]
): { status: number | null; report: PythonReport } {
  const args = ['-B', join(folder, 'verify.py'), '--json', ...more, join(folder, 'bundle.json')];
  const { status, stdout } = spawnSync(python ?? 'python3', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return { status, report: (stdout === '' ? {} : JSON.parse(stdout)) as PythonReport };
}
