import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createManualClock, systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { createSigner } from '../log/formats/keys.ts';
import {
  contents,
  removed,
  temporary,
  testEntry,
  testKeys,
  testOptions,
  testOrigins,
} from '../log/ledger-fixture.ts';
import { openLedger } from '../log/ledger.ts';
import type { Verification } from '../log/verify/findings.ts';
import { ownPolicyText } from '../own-policy.ts';
import { systemActor, type AuditEvent } from '../types.ts';
import { createLedgerVerification, type LedgerVerificationOptions } from './verification.ts';
import { filesVerifier } from './verify-files.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) removed(directory);
});

const verifiers = Object.values(testOrigins).map(
  (name) => createSigner({ name, type: 1, privateKey: testKeys(name).ed25519 }).verifier,
);
/** The policy asks for a witness that has signed nothing. */
const witness = createSigner({
  name: 'witness.example',
  type: 4,
  privateKey: testKeys('w').ed25519,
}).verifier;
const policy = () => ownPolicyText(`witness w ${witness.vkey}\nquorum w\n`, verifiers);

async function ledgerOf(size: number): Promise<string> {
  const directory = temporary();
  directories.push(directory);
  const ledger = await openLedger(testOptions(directory));
  await ledger.appendMany(
    'security',
    Array.from({ length: size }, (_, at) => testEntry(at)),
  );
  await ledger.close();
  return directory;
}

function verificationOf(
  verify: LedgerVerificationOptions['verify'],
  audit?: LedgerVerificationOptions['audit'],
) {
  const recorded: AuditEvent[] = [];
  const failures: string[][] = [];
  const verification = createLedgerVerification({
    verify,
    clock: systemClock,
    log: silentLogger,
    audit: audit ?? { append: async (event) => void recorded.push(event) },
    onFailed: ({ findings }) => void failures.push(findings),
  });
  return { verification, recorded, failures };
}

const good: Verification = { valid: true, findings: [], logs: [], entries: 3, sealsChecked: true };
const bad: Verification = {
  ...good,
  valid: false,
  findings: [
    { file: 'logs/a/tile/0/000', log: 'a', from: 2, to: 4, message: 'The tile is gone.', rebuildable: true },
  ],
};

test('files are verified in a thread of their own, whatever witnesses lack, and the result is on record', async () => {
  const directory = await ledgerOf(1000);
  const { verification, recorded, failures } = verificationOf(filesVerifier({ directory, policy }));
  expect(verification.last()).toBeNull();
  const { finished } = verification.start(systemActor);
  expect(verification.last()).toMatchObject({ state: 'running', durationMs: null });
  const result = await finished;
  expect(result).toMatchObject({ state: 'ok', entries: 1000, findings: [] });
  expect(verification.last()).toEqual(result);
  expect(recorded).toMatchObject([
    {
      action: 'ledger.verify',
      outcome: 'succeeded',
      actor: systemActor,
      details: {
        entries: 1000,
        findings: 0,
        sealsChecked: true,
        logs: [{ name: 'general' }, { name: 'security', size: 1000 }],
      },
    },
  ]);
  expect(failures).toEqual([]);
});

test('verifying files is the work of another thread than the one that serves', async () => {
  const directory = await ledgerOf(30_000);
  const [own, all] = [process.threadCpuUsage(), process.cpuUsage()];
  const result = await filesVerifier({ directory, policy })(new AbortController().signal);
  // Processor time and not time, so that a busy machine changes nothing.
  const [ownSpent, allSpent] = [process.threadCpuUsage(own).user, process.cpuUsage(all).user];
  expect(result).toMatchObject({ valid: true, entries: 30_000 });
  expect(ownSpent).toBeLessThan(allSpent / 2);
});

test('a changed byte is found, named, on record and told', async () => {
  const directory = await ledgerOf(1000);
  const tile = 'logs/security/tile/0/001';
  const bytes = Buffer.from(contents(directory).get(tile) as Buffer);
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  writeFileSync(join(directory, tile), bytes);
  const { verification, recorded, failures } = verificationOf(filesVerifier({ directory, policy }));
  const result = await verification.start(systemActor).finished;
  const finding = `${tile}: The tile is not that of the entries in the journal. Entries 257 to 257 of "security".`;
  expect(result).toMatchObject({ state: 'failed', findings: [finding] });
  expect(recorded).toMatchObject([
    { action: 'ledger.verify', outcome: 'failed', details: { findings: 1, first: [finding] } },
  ]);
  expect(failures).toEqual([[finding]]);
});

test('what a second look does not find, such as a file that retention was taking away, is no finding', async () => {
  const answers = [bad, good];
  const { verification, failures } = verificationOf(async () => answers.shift() ?? bad);
  expect(await verification.start(systemActor).finished).toMatchObject({ state: 'ok', findings: [] });
  expect(failures).toEqual([]);
});

test('a verification that cannot be completed has failed', async () => {
  const { verification, recorded, failures } = verificationOf(() => Promise.reject(new Error('no disk')));
  const findings = ['It could not be completed: no disk'];
  expect(await verification.start(systemActor).finished).toMatchObject({ state: 'failed', findings });
  expect(recorded).toMatchObject([{ outcome: 'failed' }]);
  expect(failures).toEqual([findings]);
  const unreadable = filesVerifier({ directory: temporary(), policy: () => 'no policy' });
  await expect(unreadable(new AbortController().signal)).rejects.toThrow('policy');
});

test('one runs at a time, and the next may begin when it has ended', async () => {
  const { verification } = verificationOf(async () => good);
  const { finished } = verification.start(systemActor);
  expect(() => verification.start(systemActor)).toThrow(expect.objectContaining({ code: 'conflict' }));
  await finished;
  expect(await verification.start(systemActor).finished).toMatchObject({ state: 'ok' });
});

test('a stop ends the thread, counts for nothing, and lets no other begin', async () => {
  const directory = await ledgerOf(20_000);
  const { verification, recorded, failures } = verificationOf(filesVerifier({ directory, policy }));
  await verification.start(systemActor).finished;
  const before = verification.last();
  const { finished } = verification.start(systemActor);
  await verification.stop();
  expect(await finished).toBeNull();
  expect(verification.last()).toEqual(before);
  expect([recorded.length, failures.length]).toEqual([1, 0]);
  expect(() => verification.start(systemActor)).toThrow(expect.objectContaining({ code: 'conflict' }));
});

test('a result that cannot be recorded or told is shown all the same', async () => {
  const clock = createManualClock();
  const verification = createLedgerVerification({
    verify: async () => {
      await clock.advance(1500);
      return bad;
    },
    clock,
    log: silentLogger,
    audit: { append: () => Promise.reject(new Error('away')) },
    onFailed: () => Promise.reject(new Error('away too')),
  });
  await verification.start(systemActor).finished;
  expect(verification.last()).toEqual({
    state: 'failed',
    startedAt: clock.now() - 3000,
    durationMs: 3000,
    entries: 3,
    findings: ['logs/a/tile/0/000: The tile is gone. Entries 2 to 3 of "a".'],
  });
});
