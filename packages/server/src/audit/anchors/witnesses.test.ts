import { generateKeyPairSync } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../../test/serve.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { createSigner } from '../log/formats/keys.ts';
import { checkpointTrust, parsePolicy, type TrustPolicy } from '../log/formats/policy.ts';
import { parseNote } from '../log/formats/signed-note.ts';
import { verifyProof } from '../log/formats/tlog-proof.ts';
import { openLedger } from '../log/ledger.ts';
import { copied, removed, temporary, testEntry, testOptions, testOrigins } from '../log/ledger-fixture.ts';
import type { Ledger } from '../log/ledger-types.ts';
import {
  plainWitnessCall,
  startWitness,
  testVerifiers,
  witnessPolicy,
  type TestWitness,
} from './witness-fixture.ts';
import { createWitnesses, peersOf, type Witnesses, type WitnessesRequest } from './witnesses.ts';

const origin = testOrigins.general;

test('keys of a policy with one address are one witness, and those without any are not asked', () => {
  const keyOf = (name: string): string =>
    createSigner({ name, type: 4, privateKey: generateKeyPairSync('ed25519').privateKey }).verifier.vkey;
  const policy = parsePolicy(
    `witness a ${keyOf('w/a')} https://one.example
witness b ${keyOf('w/b')} https://one.example
witness c ${keyOf('w/c')} https://two.example
witness d ${keyOf('w/d')}
quorum none
`,
  );
  expect(peersOf(policy)).toMatchObject([
    { name: 'a', url: 'https://one.example', members: ['a', 'b'], keys: [{ name: 'w/a' }, { name: 'w/b' }] },
    { name: 'c', url: 'https://two.example', members: ['c'] },
  ]);
});

describeOnBothStores('the witnesses of a log', (open) => {
  const running: Witnesses[] = [];
  const ledgers: Ledger[] = [];
  const directories: string[] = [];
  const peers: TestWitness[] = [];
  afterEach(async () => {
    for (const witnesses of running.splice(0)) await witnesses.stop();
    for (const ledger of ledgers.splice(0)) await ledger.close().catch(() => undefined);
    for (const directory of directories.splice(0)) removed(directory);
    for (const peer of peers.splice(0)) await peer.close();
  });
  const ledgerIn = async (directory: string): Promise<Ledger> => {
    directories.push(directory);
    const ledger = await openLedger(testOptions(directory, systemClock));
    ledgers.push(ledger);
    return ledger;
  };
  const newWitness = async (name: string): Promise<TestWitness> => {
    const peer = await startWitness(await open(), name);
    peers.push(peer);
    return peer;
  };
  const begin = async (
    parts: Pick<WitnessesRequest, 'state' | 'ledger' | 'policy'> & Partial<WitnessesRequest>,
  ): Promise<Witnesses> => {
    const witnesses = createWitnesses({
      clock: systemClock,
      log: silentLogger,
      call: plainWitnessCall,
      verifiersOf: testVerifiers,
      intervalMs: 10,
      timeoutMs: 1000,
      retry: { baseMs: 20, maxMs: 200 },
      ...parts,
    });
    running.push(witnesses);
    await witnesses.start();
    return witnesses;
  };
  const grow = async (ledger: Ledger, count: number): Promise<number> => {
    for (let index = 0; index < count; index += 1) await ledger.append('general', testEntry(index));
    await ledger.publish();
    return ledger.reader('general').head().size;
  };
  const isTrusted = (ledger: Ledger, policy: TrustPolicy): boolean =>
    checkpointTrust(parseNote(ledger.reader('general').checkpoint() as string), policy).trusted;
  const logOf = (witnesses: Witnesses, index = 0) =>
    witnesses.status()[index]?.logs.find(({ log }) => log === 'general');

  test('cosign what is published, over HTTP, and receipts then satisfy the policy', async () => {
    const [state, ledger] = [await open(), await ledgerIn(temporary())];
    const policy = witnessPolicy([await newWitness('a'), await newWitness('b')], 2);
    const witnesses = await begin({ state, ledger, policy });
    for (const count of [3, 300, 1]) {
      const size = await grow(ledger, count);
      await eventually(() => isTrusted(ledger, policy));
      expect(verifyProof(await ledger.reader('general').receipt(2), testEntry(2), policy)).toMatchObject({
        valid: true,
      });
      await eventually(() => [0, 1].every((index) => logOf(witnesses, index)?.size === size));
      expect(witnesses.quorum()).toContainEqual({ log: 'general', origin, size, lagEntries: 0 });
      expect(witnesses.witnessed('general')).toMatchObject({ size });
      const { note } = witnesses.witnessed('general') ?? { note: '' };
      expect(checkpointTrust(parseNote(note), policy)).toEqual({ trusted: true });
    }
    for (const { state: how, logs } of witnesses.status()) {
      expect(how).toBe('ok');
      expect(logs.find(({ log }) => log === 'general')).toMatchObject({
        lagEntries: 0,
        lagMs: 0,
        error: null,
      });
    }
    expect(witnesses.health()).toEqual({ status: 'ok', reasons: [] });
    expect((await peers[0]?.service.list())?.[0]).toMatchObject({ origin, head: { size: 304 } });
  });

  test.each(['down', 'error', 'hang'] as const)(
    'one that is away (%s) holds up nobody, and catches up when it is back',
    async (how) => {
      const [state, ledger] = [await open(), await ledgerIn(temporary())];
      const [well, ill] = [await newWitness('a'), await newWitness('b')];
      const policy = witnessPolicy([well, ill], 1);
      ill.behave(how);
      const witnesses = await begin({ state, ledger, policy, timeoutMs: 200 });
      await grow(ledger, 5);
      await eventually(() => isTrusted(ledger, policy));
      await eventually(() => (logOf(witnesses, 1)?.failures ?? 0) >= 2);
      await grow(ledger, 5);
      expect(logOf(witnesses, 1)).toMatchObject({ size: 0, lagEntries: 10, error: expect.any(String) });
      expect(logOf(witnesses, 1)?.lagMs).toBeGreaterThan(0);
      expect(witnesses.status().map(({ state: now }) => now)).toEqual(['ok', 'failing']);
      await eventually(() => logOf(witnesses, 0)?.size === 10);
      ill.behave('ok');
      await eventually(() => logOf(witnesses, 1)?.size === 10);
      expect(logOf(witnesses, 1)).toMatchObject({ failures: 0, error: null, lagMs: 0 });
      await expect(ledger.append('general', testEntry(1))).resolves.toMatchObject({ index: 10 });
    },
  );

  test('a quorum that is not reached is shown as such', async () => {
    const [state, ledger] = [await open(), await ledgerIn(temporary())];
    const [well, ill] = [await newWitness('a'), await newWitness('b')];
    ill.behave('down');
    const policy = witnessPolicy([well, ill], 2);
    const witnesses = await begin({ state, ledger, policy });
    await grow(ledger, 4);
    await eventually(() => logOf(witnesses, 0)?.size === 4);
    expect(isTrusted(ledger, policy)).toBe(false);
    expect(witnesses.quorum()).toContainEqual({ log: 'general', origin, size: 0, lagEntries: 4 });
    expect(witnesses.witnessed('general')).toBeNull();
  });

  test('what a witness has confirmed is remembered over a restart', async () => {
    const [state, ledger, peer] = [await open(), await ledgerIn(temporary()), await newWitness('a')];
    const policy = witnessPolicy([peer], 1);
    const first = await begin({ state, ledger, policy });
    await grow(ledger, 4);
    await eventually(() => logOf(first)?.size === 4);
    await first.stop();
    const asked = peer.requests();
    const second = await begin({ state, ledger, policy });
    expect(logOf(second)).toMatchObject({ size: 4, lagEntries: 0 });
    await systemClock.sleep(100);
    expect(peer.requests()).toBe(asked);
    await grow(ledger, 1);
    await eventually(() => logOf(second)?.size === 5);
  });

  test('a node that does not sign asks nobody', async () => {
    const [state, ledger, peer] = [await open(), await ledgerIn(temporary()), await newWitness('a')];
    let active = false;
    const policy = witnessPolicy([peer], 1);
    const witnesses = await begin({ state, ledger, policy, isActive: () => active });
    await grow(ledger, 4);
    await systemClock.sleep(100);
    expect(peer.requests()).toBe(0);
    active = true;
    await grow(ledger, 1);
    await eventually(() => logOf(witnesses)?.size === 5);
  });

  test('a log that was restored and goes on is stopped by the first witness that has seen the other history', async () => {
    const [state, directory, peer] = [await open(), temporary(), await newWitness('a')];
    let ledger = await ledgerIn(directory);
    const policy = witnessPolicy([peer], 1);
    let witnesses = await begin({ state, ledger, policy });
    await grow(ledger, 4);
    await eventually(() => logOf(witnesses)?.size === 4);
    await ledger.close();
    const backup = copied(directory);
    ledger = await ledgerIn(directory);
    await witnesses.stop();
    witnesses = await begin({ state, ledger, policy });
    await grow(ledger, 3);
    await eventually(() => logOf(witnesses)?.size === 7);
    await witnesses.stop();

    // Its State was restored as well and knows nothing of what came after.
    const restored = await ledgerIn(backup);
    for (let index = 0; index < 9; index += 1) await restored.append('general', testEntry(100 + index));
    await restored.publish();
    const again = await begin({ state: await open(), ledger: restored, policy });
    await eventually(() => restored.health().status === 'critical');
    await expect(restored.append('general', testEntry(1))).rejects.toMatchObject({ code: 'ledger_failed' });
    expect(again.status()[0]?.state).toBe('forked');
    expect(again.health()).toMatchObject({
      status: 'critical',
      reasons: [expect.stringContaining('w0')],
    });
    // And the witness keeps the proof.
    expect(await peer.service.contradictions()).toMatchObject([{ origin, known: { size: 7 } }]);
  });

  test('a log that is behind its witness is stopped before it signs more', async () => {
    const [state, directory, peer] = [await open(), temporary(), await newWitness('a')];
    const policy = witnessPolicy([peer], 1);
    const ledger = await ledgerIn(directory);
    await grow(ledger, 4);
    await ledger.close();
    const backup = copied(directory);
    const whole = await ledgerIn(directory);
    const witnesses = await begin({ state, ledger: whole, policy });
    await grow(whole, 6);
    await eventually(() => logOf(witnesses)?.size === 10);

    const restored = await ledgerIn(backup);
    await begin({ state: await open(), ledger: restored, policy });
    await eventually(() => restored.health().status === 'critical');
    expect(restored.health().reasons.join()).toMatch(/has 4 entries, but the witness w0 knows 10/);
  });

  test.each([
    { says: 'another history', status: 422, type: 'text/plain', body: 'I know better.\n' },
    { says: 'another root', status: 409, type: 'text/plain', body: 'I know better.\n' },
    { says: 'a larger size', status: 409, type: 'text/x.tlog.size', body: '1000000\n' },
  ])('a witness that only says it knows $says stops nothing once another confirmed us', async (lie) => {
    const [state, ledger] = [await open(), await ledgerIn(temporary())];
    const [well, liar] = [await newWitness('a'), await newWitness('b')];
    const policy = witnessPolicy([well, liar], 1);
    let isLying = true;
    const witnesses = await begin({
      state,
      ledger,
      policy,
      isConfirmed: () => true,
      call: async (request) =>
        isLying && request.url.startsWith(liar.url)
          ? { status: lie.status, contentType: lie.type, body: lie.body }
          : plainWitnessCall(request),
    });
    await grow(ledger, 5);
    await eventually(() => witnesses.status()[1]?.state === 'forked');
    await eventually(() => isTrusted(ledger, policy));
    expect(witnesses.health()).toMatchObject({
      status: 'degraded',
      reasons: [expect.stringContaining('w1')],
    });
    expect(ledger.health().status).toBe('ok');
    expect(logOf(witnesses, 1)).toMatchObject({ size: 0, error: expect.stringContaining('w1') });
    await expect(ledger.append('general', testEntry(1))).resolves.toMatchObject({ index: 5 });

    // It is asked again, and one that cosigns again counts again.
    isLying = false;
    await eventually(async () => {
      await grow(ledger, 1);
      return witnesses.status()[1]?.state === 'ok';
    });
    expect(witnesses.health()).toEqual({ status: 'ok', reasons: [] });
  });

  test('what it says against one log does not keep its cosignatures from another', async () => {
    const [state, ledger, peer] = [await open(), await ledgerIn(temporary()), await newWitness('a')];
    const witnesses = await begin({
      state,
      ledger,
      policy: witnessPolicy([peer], 1),
      isConfirmed: () => true,
      retry: { baseMs: 20, maxMs: 600_000 },
      call: async (request) =>
        request.body.includes(`${origin}\n`)
          ? { status: 422, contentType: 'text/plain', body: 'no\n' }
          : plainWitnessCall(request),
    });
    await grow(ledger, 2);
    await eventually(() => witnesses.status()[0]?.state === 'forked');
    for (let size = 1; size < 4; size += 1) {
      await ledger.append('security', testEntry(size));
      await grow(ledger, 1);
      await eventually(
        () => witnesses.status()[0]?.logs.find(({ log }) => log === 'security')?.size === size,
      );
    }
    expect(logOf(witnesses)).toMatchObject({ size: 0, failures: 1 });
  });

  test('the first word of a witness about a log that nobody confirmed stops it, as when it opens', async () => {
    const [state, ledger, peer] = [await open(), await ledgerIn(temporary()), await newWitness('a')];
    await begin({
      state,
      ledger,
      policy: witnessPolicy([peer], 1),
      call: async () => ({ status: 409, contentType: 'text/x.tlog.size', body: '1000\n' }),
    });
    await grow(ledger, 2);
    await eventually(() => ledger.health().status === 'critical');
    expect(ledger.health().reasons.join()).toMatch(/has 2 entries, but the witness w0 knows 1000/);
  });

  test('a witness that shows what our key signed elsewhere stops the log, whoever confirmed it', async () => {
    const [state, directory, peer] = [await open(), temporary(), await newWitness('a')];
    const policy = witnessPolicy([peer], 1);
    const ledger = await ledgerIn(directory);
    await grow(ledger, 4);
    await ledger.close();
    const copy = copied(directory);
    const first = await ledgerIn(directory);
    const witnesses = await begin({ state, ledger: first, policy });
    await grow(first, 3);
    await eventually(() => logOf(witnesses)?.size === 7);

    const second = await ledgerIn(copy);
    for (let index = 0; index < 9; index += 1) await second.append('general', testEntry(100 + index));
    await second.publish();
    const again = await begin({ state: await open(), ledger: second, policy, isConfirmed: () => true });
    await eventually(() => second.health().status === 'critical');
    expect(second.health().reasons.join()).toMatch(/is not the one that the witness w0 knows at size 7/);
    expect(again.health().status).toBe('critical');
    expect(again.status()[0]?.state).toBe('forked');
  });
});
