import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { createSigner } from './formats/keys.ts';
import { parsePolicy } from './formats/policy.ts';
import { verifyProof } from './formats/tlog-proof.ts';
import { removed, temporary, testEntry, testKeys, testOptions, testOrigins } from './ledger-fixture.ts';
import type { Ledger } from './ledger-types.ts';
import { openLedger } from './ledger.ts';
import { createWitnessWait, type WitnessWait } from './witnessed.ts';

const clock = createManualClock();
const witnesses = ['alder', 'birch', 'cedar'].map((name) =>
  createSigner({ name, type: 0x04, privateKey: generateKeyPairSync('ed25519').privateKey }),
);
const general = createSigner({
  name: testOrigins.general,
  type: 1,
  privateKey: testKeys(testOrigins.general).ed25519,
});
const policy = parsePolicy(
  [
    `log ${general.verifier.vkey}`,
    ...witnesses.map(({ verifier }) => `witness ${verifier.name} ${verifier.vkey}`),
    'group enough 2 alder birch cedar',
    'quorum enough',
    '',
  ].join('\n'),
);

let directory: string;
let ledger: Ledger;
let wait: WitnessWait;

beforeEach(async () => {
  directory = temporary();
  ledger = await openLedger(testOptions(directory, clock));
  wait = createWitnessWait({ ledger, policy, clock });
});
afterEach(async () => {
  wait.close();
  await ledger.close();
  removed(directory);
});

/** The witnesses of these places sign the public checkpoint. */
function cosign(...places: number[]): void {
  const text = (ledger.reader('general').checkpoint() as string).split('\n\n')[0] as string;
  const signatures = places.map((place) => witnesses[place]?.sign(`${text}\n`, 1_767_225_600) as never);
  expect(ledger.cosign('general', `${text}\n`, signatures)).toBe(true);
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open');
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(open)])) === open;
}

test('it waits for a quorum on a checkpoint that has the entry', async () => {
  const { index } = await ledger.append('general', testEntry(1));
  await ledger.publish();
  const first = wait.whenWitnessed({ log: 'general', index }, 60_000);
  cosign(0);
  expect(await isPending(first)).toBe(true);
  cosign(2);
  await first;
  await wait.whenWitnessed({ log: 'general', index }, 60_000);

  const later = await ledger.append('general', testEntry(2));
  const second = wait.whenWitnessed(later, 60_000);
  expect(await isPending(second)).toBe(true);
  await ledger.publish();
  expect(await isPending(second)).toBe(true);
  cosign(1, 2);
  await second;
});

test('cosignatures that were there before anybody waited count', async () => {
  const placed = await ledger.append('general', testEntry(1));
  await ledger.publish();
  wait.close();
  cosign(0, 1);
  wait = createWitnessWait({ ledger, policy, clock });
  await wait.whenWitnessed(placed, 60_000);
});

test('witnesses that answer after the next checkpoint was made count, and the receipt carries them', async () => {
  const placed = await ledger.append('general', testEntry(1));
  await ledger.publish();
  const text = `${(ledger.reader('general').checkpoint() as string).split('\n\n')[0]}\n`;
  const waiting = wait.whenWitnessed(placed, 60_000);
  await ledger.append('general', testEntry(2));
  await ledger.publish();
  const signatures = [0, 1].map((place) => witnesses[place]?.sign(text, 1_767_225_600) as never);
  expect(ledger.cosign('general', text, signatures)).toBe(true);
  await waiting;
  const receipt = await ledger.reader('general').receipt(placed.index);
  expect(verifyProof(receipt, testEntry(1), policy)).toMatchObject({ valid: true, index: placed.index });
});

test('after the time is up it says that the entry is durable, and who is missing', async () => {
  const placed = await ledger.append('general', testEntry(1));
  await ledger.publish();
  cosign(1);
  const waiting = wait.whenWitnessed(placed, 5_000);
  const checked = expect(waiting).rejects.toMatchObject({
    code: 'witnesses_missing',
    status: 503,
    message: expect.stringMatching(/durable at index 0 of the log "general".*not heard of: alder, cedar\./),
  });
  await clock.advance(5_000);
  await checked;
});

test('without a quorum in the policy the log’s own checkpoint is enough', async () => {
  const alone = createWitnessWait({ ledger, policy: { ...policy, quorum: 'none' }, clock });
  const placed = await ledger.append('general', testEntry(1));
  const waiting = alone.whenWitnessed(placed, 60_000);
  expect(await isPending(waiting)).toBe(true);
  await ledger.publish();
  await waiting;
  alone.close();
});
