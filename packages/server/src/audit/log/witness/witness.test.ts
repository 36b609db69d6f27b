import { afterEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../../base/clock.ts';
import { hostFiles } from '../files.ts';
import { formatCheckpoint } from '../formats/checkpoint.ts';
import { cosignatureSeconds } from '../formats/cosignature.ts';
import { verifiedSignatures } from '../formats/keys.ts';
import { parsePolicy } from '../formats/policy.ts';
import { formatNote, parseNote, parseSignatureLines } from '../formats/signed-note.ts';
import { verifyProof } from '../formats/tlog-proof.ts';
import { copied, removed, temporary, testEntry, testOptions } from '../ledger-fixture.ts';
import { openLedger } from '../ledger.ts';
import type { Ledger } from '../ledger-types.ts';
import { formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts';
import { createWitnessClient, witnessHeads, type WitnessCall, type WitnessPeer } from './client.ts';
import { openFileWitnessStore } from './file-store.ts';
import { createWitness, type Witness, type WitnessStore } from './server.ts';
import { bodyOf, cosigners, leaves, logSigner, noteAt, origin } from './witness-fixture.ts';

const directories: string[] = [];
const ledgers: Ledger[] = [];
afterEach(async () => {
  for (const ledger of ledgers.splice(0)) await ledger.close().catch(() => undefined);
  for (const directory of directories.splice(0)) removed(directory);
});
function fresh(): string {
  const directory = temporary();
  directories.push(directory);
  return directory;
}

async function witnessOn(
  directory: string,
  wrap: (store: WitnessStore) => WitnessStore = (store) => store,
): Promise<{ witness: Witness; store: WitnessStore; contradictions: string[] }> {
  const store = wrap(await openFileWitnessStore(hostFiles, directory));
  const contradictions: string[] = [];
  const witness = createWitness({
    signers: cosigners,
    store,
    clock: createManualClock(1_700_000_000_000),
    keysOf: (name) => (name === origin ? [logSigner.verifier] : []),
    onContradiction: (_, body) => contradictions.push(body),
  });
  return { witness, store, contradictions };
}

describe('a witness', () => {
  test('cosigns what continues what it saw, with both keys and the time, and remembers over restarts', async () => {
    const directory = fresh();
    const { witness } = await witnessOn(directory);
    let old = 0;
    for (const size of [0, 1, 7, 8, 8, 40]) {
      const answer = await (size > 8 ? (await witnessOn(directory)).witness : witness).addCheckpoint(
        bodyOf(old, size),
      );
      expect([size, answer.status]).toEqual([size, 200]);
      const { text } = parseNote(noteAt(size));
      const right = verifiedSignatures(
        { text, signatures: parseSignatureLines(answer.body) },
        cosigners.map(({ verifier }) => verifier),
      );
      expect(right).toHaveLength(2);
      expect(right.map(({ signature }) => cosignatureSeconds(signature.signature))).toEqual([
        1_700_000_000n,
        1_700_000_000n,
      ]);
      old = size;
    }
  });

  test('answers each refusal with its status', async () => {
    const { witness, contradictions } = await witnessOn(fresh());
    const answer = async (body: string): Promise<unknown[]> => {
      const { status, contentType, body: said } = await witness.addCheckpoint(body);
      return status === 409 && contentType === 'text/x.tlog.size' ? [status, said] : [status];
    };
    expect(await answer(bodyOf(0, 10))).toEqual([200]);
    expect(await answer('')).toEqual([400]);
    expect(await answer(bodyOf(0, 12).replace('old 0', 'old 00'))).toEqual([400]);
    expect(await answer(bodyOf(0, 12).replace('old 0', 'old -1'))).toEqual([400]);
    expect(
      await answer(bodyOf(10, 12).replace('\n', `\n${`${leaves[0]?.toString('base64')}\n`.repeat(64)}`)),
    ).toEqual([400]);
    expect(await answer(bodyOf(12, 10))).toEqual([400]);
    expect(await answer(bodyOf(10, 12).replaceAll(origin, 'example.com/unknown'))).toEqual([404]);
    const unsigned = noteAt(12).replace(/^(— .*)$/m, noteAt(11).split('\n').at(-2) as string);
    expect(await answer(formatAddCheckpoint({ oldSize: 10, proof: [], note: unsigned }))).toEqual([403]);
    expect(await answer(bodyOf(0, 12))).toEqual([409, '10\n']);
    expect(await answer(bodyOf(9, 12))).toEqual([409, '10\n']);
    const other = leaves.toReversed();
    expect(await answer(bodyOf(10, 10, other))).toEqual([409]);
    expect(await answer(bodyOf(10, 12, other))).toEqual([422]);
    expect(await answer(formatAddCheckpoint({ oldSize: 10, proof: [], note: noteAt(12) }))).toEqual([422]);
    expect(contradictions).toHaveLength(3);
    expect(await answer(bodyOf(10, 12))).toEqual([200]);
  });

  test('refuses a proof for its first checkpoint and an empty tree with a root', async () => {
    const { witness } = await witnessOn(fresh());
    expect(
      (
        await witness.addCheckpoint(
          formatAddCheckpoint({ oldSize: 0, proof: [leaves[0] as Buffer], note: noteAt(3) }),
        )
      ).status,
    ).toBe(422);
    const text = formatCheckpoint({ origin, size: 0, root: leaves[0] as Buffer });
    const note = formatNote({ text, signatures: [logSigner.sign(text, 0)] });
    expect((await witness.addCheckpoint(formatAddCheckpoint({ oldSize: 0, proof: [], note }))).status).toBe(
      422,
    );
  });

  test('does not roll back in the race that the specification describes', async () => {
    const directory = fresh();
    let hold: Promise<void> = Promise.resolve();
    let release = (): void => undefined;
    let held = 0;
    const { witness, store } = await witnessOn(directory, (inner) => ({
      ...inner,
      // Request A is checked for consistency, and then waits until B is stored and answered.
      async advance(name, from, to) {
        if (to.size === 20) {
          held += 1;
          await hold;
        }
        return inner.advance(name, from, to);
      },
    }));
    expect((await witness.addCheckpoint(bodyOf(0, 10))).status).toBe(200);
    hold = new Promise((resolve) => (release = resolve));
    const first = witness.addCheckpoint(bodyOf(10, 20));
    await expect.poll(() => held).toBe(1);
    expect((await witness.addCheckpoint(bodyOf(10, 30))).status).toBe(200);
    release();
    expect(await first).toEqual({ status: 409, contentType: 'text/x.tlog.size', body: '30\n' });
    expect((await store.latest(origin))?.size).toBe(30);
  });

  test('of many requests at once cosigns a growing chain, and every 409 states a size that was stored', async () => {
    const { witness, store } = await witnessOn(fresh());
    const sizes = Array.from({ length: 60 }, (_, index) => 1 + ((index * 23) % 60));
    const cosigned: number[] = [0];
    await Promise.all(
      sizes.map(async (size) => {
        for (let old = 0, attempt = 0; attempt < 200 && old < size; attempt += 1) {
          const answer = await witness.addCheckpoint(bodyOf(old, size));
          if (answer.status === 200) return void cosigned.push(size);
          expect(answer).toMatchObject({ status: 409, contentType: 'text/x.tlog.size' });
          old = Number(answer.body);
          expect(old).toBeGreaterThanOrEqual(Math.max(...cosigned));
        }
      }),
    );
    expect(cosigned).toEqual(cosigned.toSorted((a, b) => a - b));
    expect((await store.latest(origin))?.size).toBe(60);
  });

  test('whose memory cannot be read answers nothing at all', async () => {
    const directory = fresh();
    const { witness } = await witnessOn(directory);
    await witness.addCheckpoint(bodyOf(0, 10));
    const [name = ''] = hostFiles.list(directory);
    const file = hostFiles.open(`${directory}/${name}`, 'create');
    hostFiles.close(file);
    await expect(witness.addCheckpoint(bodyOf(0, 5))).rejects.toMatchObject({ code: 'ledger_damaged' });
  });
});

test('a request reads back as it was written', () => {
  const body = bodyOf(10, 30);
  const { oldSize, proof, note } = parseAddCheckpoint(body);
  expect(formatAddCheckpoint({ oldSize, proof, note })).toBe(body);
});

describe('a log and its witness', () => {
  const peer: WitnessPeer = {
    name: 'w',
    url: 'https://witness.example/',
    keys: cosigners.map(({ verifier }) => verifier),
  };
  const through =
    (witness: Witness): WitnessCall =>
    ({ url, body }) => {
      expect(url).toBe('https://witness.example/add-checkpoint');
      return witness.addCheckpoint(body);
    };
  const submit = (
    ledger: Ledger,
    call: WitnessCall,
    client = createWitnessClient(peer, call),
  ): ReturnType<typeof client.submit> => {
    const reader = ledger.reader('general');
    const note = reader.checkpoint() as string;
    const { text } = parseNote(note);
    return client.submit({
      text,
      note,
      size: Number(text.split('\n')[1]),
      consistencyProof: reader.consistencyProof,
    });
  };

  test('cosignatures join the public checkpoint, and receipts then reach the quorum', async () => {
    const { witness } = await witnessOn(fresh());
    const ledger = await openLedger(testOptions(fresh()));
    ledgers.push(ledger);
    const client = createWitnessClient(peer, through(witness));
    const policy = parsePolicy(
      `log ${logSigner.verifier.vkey}\nwitness w ${cosigners[1]?.verifier.vkey}\nquorum w\n`,
    );
    for (let turn = 0; turn < 4; turn += 1) {
      for (let more = 0; more < 90; more += 1) await ledger.append('general', testEntry(turn * 90 + more));
      await ledger.publish();
      const reader = ledger.reader('general');
      const before = verifyProof(await reader.receipt(3), testEntry(3), policy);
      // Later on the receipt comes with the checkpoint before, which the witness has signed.
      expect(before.valid).toBe(turn > 0);
      const verdict = await submit(ledger, through(witness), client);
      if (verdict.outcome !== 'cosigned') throw new Error(verdict.outcome);
      const { text } = parseNote(reader.checkpoint() as string);
      expect(ledger.cosign('general', text, verdict.signatures)).toBe(true);
      expect(ledger.cosign('general', text, verdict.signatures)).toBe(true);
      expect(parseNote(reader.checkpoint() as string).signatures).toHaveLength(3);
      expect(verifyProof(await reader.receipt(3), testEntry(3), policy)).toMatchObject({ valid: true });
      expect(ledger.cosign('general', noteAt(3), verdict.signatures)).toBe(false);
    }
  });

  test('a client that knows nothing learns the witness’s size from the 409', async () => {
    const { witness } = await witnessOn(fresh());
    const ledger = await openLedger(testOptions(fresh()));
    ledgers.push(ledger);
    for (let turn = 0; turn < 3; turn += 1) {
      await ledger.append('general', testEntry(turn));
      await ledger.publish();
      expect(await submit(ledger, through(witness))).toMatchObject({ outcome: 'cosigned' });
    }
  });

  test('answers that help no further are errors, and a witness that names ever other sizes is given up', async () => {
    const ledger = await openLedger(testOptions(fresh()));
    ledgers.push(ledger);
    await ledger.appendMany(
      'general',
      Array.from({ length: 20 }, (_, index) => testEntry(index)),
    );
    await ledger.publish();
    let size = 0;
    for (const answer of [
      () => ({ status: 500, contentType: 'text/plain', body: 'no' }),
      () => ({ status: 404, contentType: 'text/plain', body: 'no' }),
      () => ({ status: 200, contentType: 'text/plain', body: 'no' }),
      () => ({ status: 200, contentType: 'text/plain', body: noteAt(20).slice(noteAt(20).indexOf('—')) }),
      () => ({ status: 409, contentType: 'text/x.tlog.size', body: 'x\n' }),
      () => ({ status: 409, contentType: 'text/x.tlog.size', body: `${(size = (size + 1) % 10)}\n` }),
    ]) {
      await expect(submit(ledger, async () => answer())).rejects.toMatchObject({ code: 'witness_unusable' });
    }
  });

  test('a log restored from a backup refuses to sign when its witness has seen more or something else', async () => {
    const { witness } = await witnessOn(fresh());
    const directory = fresh();
    const outside = witnessHeads([peer], through(witness));
    let ledger = await openLedger({ ...testOptions(directory), outside });
    await ledger.appendMany('general', [testEntry(1), testEntry(2)]);
    await ledger.publish();
    await submit(ledger, through(witness));
    await ledger.close();
    const backup = copied(directory);
    directories.push(backup);
    ledger = await openLedger({ ...testOptions(directory), outside });
    await ledger.append('general', testEntry(3));
    await ledger.publish();
    expect(await submit(ledger, through(witness))).toMatchObject({ outcome: 'cosigned' });
    await ledger.close();

    // The whole directory is restored, high-water mark and all: only the witness knows better.
    await expect(openLedger({ ...testOptions(backup), outside })).rejects.toMatchObject({
      code: 'ledger_behind',
      conflict: { source: 'the witness w', known: { size: 3 }, own: { size: 2 } },
    });
    // Who goes on without asking forks the log, and the witness says so at the first checkpoint.
    ledger = await openLedger(testOptions(backup));
    await ledger.appendMany('general', [testEntry(98), testEntry(99)]);
    await ledger.publish();
    expect(await submit(ledger, through(witness))).toMatchObject({ outcome: 'forked' });
    await ledger.close();
    await expect(openLedger({ ...testOptions(backup), outside })).rejects.toMatchObject({
      code: 'ledger_forked',
    });
  });
});
