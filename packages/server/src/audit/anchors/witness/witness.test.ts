import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../../test/stores.ts';
import { createManualClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import type { State } from '../../../storage/state/state.ts';
import { cosignatureSeconds } from '../../log/formats/cosignature.ts';
import { verifiedSignatures } from '../../log/formats/keys.ts';
import { parseNote, parseSignatureLines } from '../../log/formats/signed-note.ts';
import { leafHash } from '../../log/merkle/hashing.ts';
import { naiveRoot } from '../../log/merkle/naive-fixture.ts';
import { formatAddCheckpoint } from '../../log/witness/add-checkpoint.ts';
import type { WitnessStore } from '../../log/witness/server.ts';
import { createWitnessService, type WitnessService } from './service.ts';
import { createStateWitnessStore } from './store.ts';
import { bodyOf, cosigners, leaves, logSigner, noteAt, origin } from '../../log/witness/witness-fixture.ts';

const clock = createManualClock(1_700_000_000_000);
const serviceOn = (state: State, store?: WitnessStore): WitnessService =>
  createWitnessService({
    state,
    clock,
    log: silentLogger,
    signers: cosigners,
    logs: [
      { origin, keys: [logSigner.verifier] },
      { origin: 'example.com/silent', keys: [] },
    ],
    ...(store === undefined ? {} : { store }),
  });

describeOnBothStores('a witness with its memory in State', (open) => {
  test('cosigns what continues what it saw, with both keys and the time, on every node', async () => {
    const state = await open();
    const seconds = BigInt(Math.floor(clock.now() / 1000));
    let old = 0;
    for (const size of [0, 1, 7, 8, 8, 40]) {
      const answer = await serviceOn(state).addCheckpoint(bodyOf(old, size));
      expect([size, answer.status]).toEqual([size, 200]);
      const { text } = parseNote(noteAt(size));
      const right = verifiedSignatures(
        { text, signatures: parseSignatureLines(answer.body) },
        cosigners.map(({ verifier }) => verifier),
      );
      expect(right.map(({ signature }) => cosignatureSeconds(signature.signature))).toEqual([
        seconds,
        seconds,
      ]);
      old = size;
    }
    expect(await serviceOn(state).list()).toEqual([
      {
        origin,
        head: {
          origin,
          size: 40,
          root: naiveRoot(leaves.slice(0, 40)),
          note: noteAt(40),
          firstAt: clock.now(),
          cosignedAt: clock.now(),
          cosigned: 6,
        },
        contradictions: 0,
      },
      { origin: 'example.com/silent', head: null, contradictions: 0 },
    ]);
    expect(serviceOn(state).vkeys).toEqual(cosigners.map(({ verifier }) => verifier.vkey));
  });

  test('answers each refusal with its status and keeps contradictions as evidence, each once', async () => {
    const service = serviceOn(await open());
    const answer = async (body: string): Promise<unknown[]> => {
      const { status, contentType, body: said } = await service.addCheckpoint(body);
      return status === 409 && contentType === 'text/x.tlog.size' ? [status, said] : [status];
    };
    expect(await answer(bodyOf(0, 10))).toEqual([200]);
    expect(await answer('')).toEqual([400]);
    expect(await answer(bodyOf(12, 10))).toEqual([400]);
    expect(await answer(bodyOf(10, 12).replaceAll(origin, 'example.com/unknown'))).toEqual([404]);
    const unsigned = noteAt(12).replace(/^(— .*)$/m, noteAt(11).split('\n').at(-2) as string);
    expect(await answer(formatAddCheckpoint({ oldSize: 10, proof: [], note: unsigned }))).toEqual([403]);
    expect(await answer(bodyOf(0, 12))).toEqual([409, '10\n']);
    expect(await answer(bodyOf(9, 12))).toEqual([409, '10\n']);
    expect(await service.contradictions()).toEqual([]);

    const other = leaves.toReversed();
    const forked = bodyOf(10, 10, other);
    for (let turn = 0; turn < 3; turn += 1) expect(await answer(forked)).toEqual([409]);
    clock.jump(1000);
    expect(await answer(bodyOf(10, 12, other))).toEqual([422]);
    const evidence = await service.contradictions();
    expect(evidence).toEqual([
      expect.objectContaining({ proven: false, request: bodyOf(10, 12, other) }),
      expect.objectContaining({
        origin,
        proven: true,
        request: forked,
        known: { size: 10, note: noteAt(10) },
      }),
    ]);
    expect((await service.list())[0]).toMatchObject({ contradictions: 2, head: { size: 10 } });
    expect(await answer(bodyOf(10, 12))).toEqual([200]);
  });

  test('keeps no more evidence than tells something new', async () => {
    const service = serviceOn(await open());
    await service.addCheckpoint(bodyOf(0, 10));
    for (let index = 0; index < 130; index += 1) {
      const other = leaves.with(0, leafHash(Buffer.from(`other ${index}`)));
      expect((await service.addCheckpoint(bodyOf(10, 10, other))).status).toBe(409);
    }
    expect(await service.contradictions(1000)).toHaveLength(100);
  });

  test('does not roll back in the race that the specification describes', async () => {
    const state = await open();
    const inner = createStateWitnessStore(state, clock);
    let hold: Promise<void> = Promise.resolve();
    let release = (): void => undefined;
    let held = 0;
    // Request A is checked for consistency, and then waits until B is stored and answered.
    const slow = serviceOn(state, {
      latest: inner.latest,
      async advance(name, from, to) {
        held += 1;
        await hold;
        return inner.advance(name, from, to);
      },
    });
    expect((await serviceOn(state).addCheckpoint(bodyOf(0, 10))).status).toBe(200);
    hold = new Promise((resolve) => (release = resolve));
    const first = slow.addCheckpoint(bodyOf(10, 20));
    await expect.poll(() => held).toBe(1);
    expect((await serviceOn(state).addCheckpoint(bodyOf(10, 30))).status).toBe(200);
    release();
    expect(await first).toEqual({ status: 409, contentType: 'text/x.tlog.size', body: '30\n' });
    expect((await inner.latest(origin))?.size).toBe(30);
  });

  test('of many first checkpoints at once exactly one is first', async () => {
    const state = await open();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => serviceOn(state).addCheckpoint(bodyOf(0, index + 1))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const size = (await serviceOn(state).list())[0]?.head?.size;
    for (const { status, body } of answers) if (status === 409) expect(body).toBe(`${size}\n`);
  });

  test('of many requests at once cosigns a growing chain, and every 409 states a size that was stored', async () => {
    const state = await open();
    const inner = createStateWitnessStore(state, clock);
    const stored = new Set([0]);
    const noting: WitnessStore = {
      latest: inner.latest,
      async advance(name, from, to) {
        const isStored = await inner.advance(name, from, to);
        if (isStored) stored.add(to.size);
        return isStored;
      },
    };
    let largest = 0;
    const named: number[] = [];
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const size = 1 + ((index * 23) % 60);
        for (let old = 0, attempt = 0; attempt < 200 && old < size; attempt += 1) {
          const before = largest;
          const answer = await serviceOn(state, noting).addCheckpoint(bodyOf(old, size));
          if (answer.status === 200) {
            // Before the next turn of anybody else, who then starts from here.
            largest = Math.max(largest, size);
            return;
          }
          expect(answer).toMatchObject({ status: 409, contentType: 'text/x.tlog.size' });
          old = Number(answer.body);
          named.push(old);
          expect(old).toBeGreaterThanOrEqual(before);
        }
      }),
    );
    for (const size of named) expect([size, stored.has(size)]).toEqual([size, true]);
    expect((await inner.latest(origin))?.size).toBe(60);
  });

  test('whose memory was changed answers nothing at all', async () => {
    const state = await open();
    const service = serviceOn(state);
    await service.addCheckpoint(bodyOf(0, 10));
    await sql`update audit_witness_head set size = 4`.execute(state.write);
    await expect(service.addCheckpoint(bodyOf(4, 12))).rejects.toMatchObject({ code: 'ledger_damaged' });
    await expect(service.list()).rejects.toMatchObject({ code: 'ledger_damaged' });
  });
});
