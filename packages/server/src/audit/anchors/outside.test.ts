import { afterEach, describe, expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { openLockedS3 } from '../../storage/objects/s3-locked.ts';
import { startS3Edge } from '../../storage/objects/test/s3-edge.ts';
import type { State } from '../../storage/state/state.ts';
import { createSigner } from '../log/formats/keys.ts';
import { parsePolicy } from '../log/formats/policy.ts';
import { openLedger } from '../log/ledger.ts';
import {
  copied,
  removed,
  temporary,
  testEntry,
  testKeys,
  testOptions,
  testOrigins,
} from '../log/ledger-fixture.ts';
import type { Ledger, PublishedCheckpoint } from '../log/ledger-types.ts';
import type { ExternalHeads } from '../log/types.ts';
import { createWitnessClient } from '../log/witness/client.ts';
import { createOutside } from './outside.ts';
import { publicCheckpoints } from './progress.ts';
import { createLockAnchor } from './s3-lock.ts';
import { addReceipt, saveProgress } from './store.ts';
import type { Anchor } from './types.ts';
import { plainWitnessCall, startWitness, witnessPolicy, type TestWitness } from './witness-fixture.ts';

const origin = testOrigins.general;
const noPolicy = parsePolicy('quorum none\n');

describeOnBothStores('those outside, asked when the ledger opens', (open) => {
  const cleanups: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  const directory = (path = temporary()): string => {
    cleanups.push(() => removed(path));
    return path;
  };
  const openIn = async (path: string, outside?: ExternalHeads, outsideRequired = false): Promise<Ledger> => {
    const ledger = await openLedger({
      ...testOptions(path, systemClock),
      ...(outside === undefined ? {} : { outside, outsideRequired }),
    });
    cleanups.push(() => ledger.close().catch(() => undefined));
    return ledger;
  };
  const newWitness = async (): Promise<TestWitness> => {
    const peer = await startWitness(await open(), 'a');
    cleanups.push(() => peer.close());
    return peer;
  };
  const outsideOf = (
    state: State,
    parts: { witnesses?: readonly TestWitness[]; anchors?: readonly Anchor[] },
  ): ExternalHeads =>
    createOutside({
      state,
      clock: systemClock,
      log: silentLogger,
      policy: parts.witnesses === undefined ? noPolicy : witnessPolicy(parts.witnesses, 1),
      call: plainWitnessCall,
      anchors: parts.anchors ?? [],
    });
  const newLockAnchor = async (): Promise<Anchor> => {
    const edge = await startS3Edge({ lock: true });
    const endpoint = encodeURIComponent(`http://127.0.0.1:${edge.port}`);
    const objects = await openLockedS3(`s3://${edge.bucket}?endpoint=${endpoint}`, edge.secrets);
    cleanups.push(() => edge.close(), objects.close);
    return createLockAnchor({
      name: 'vault',
      objects,
      clock: systemClock,
      retainMs: 86_400_000,
      verifiersOf: (name) => [createSigner({ name, type: 1, privateKey: testKeys(name).ed25519 }).verifier],
    });
  };

  /**
   * A log of 4 entries, a copy of its directory, and what everybody outside hears when it has 7. Then the
   * copy is what is left.
   */
  async function restoredLog(tell: (ledger: Ledger, checkpoint: PublishedCheckpoint) => Promise<unknown>) {
    const path = directory();
    const ledger = await openIn(path);
    for (let index = 0; index < 4; index += 1) await ledger.append('general', testEntry(index));
    await ledger.close();
    const backup = directory(copied(path));
    const whole = await openIn(path);
    for (let index = 4; index < 7; index += 1) await whole.append('general', testEntry(index));
    await whole.publish();
    for (const checkpoint of publicCheckpoints(whole)) {
      if (checkpoint.size > 0) await tell(whole, checkpoint);
    }
    await whole.close();
    return { path, backup };
  }
  /** Keeps a receipt of each checkpoint in State, as an anchor does that nobody can ask later. */
  const keepsReceipt =
    (state: State) =>
    (ledger: Ledger, { log, size }: PublishedCheckpoint): Promise<unknown> =>
      addReceipt(state, 'anr_1', {
        anchor: 'tsa',
        kind: 'rfc3161',
        log,
        origin,
        size,
        root: ledger.reader(log).head().root,
        at: 1,
        receipt: Buffer.from('x'),
      });
  /** Goes on with a restored log without asking anybody, up to 9 entries that are others. */
  async function forked(backup: string): Promise<void> {
    const ledger = await openIn(backup);
    for (let index = 0; index < 5; index += 1) await ledger.append('general', testEntry(100 + index));
    await ledger.close();
  }

  type Source = {
    readonly name: string;
    make(): Promise<{
      readonly outside: () => ExternalHeads;
      tell(ledger: Ledger, checkpoint: PublishedCheckpoint): Promise<unknown>;
      readonly source: string;
    }>;
  };
  const sources: Source[] = [
    {
      name: 'a witness over HTTP',
      async make() {
        const [state, peer] = [await open(), await newWitness()];
        return {
          source: 'the witness w0',
          outside: () => outsideOf(state, { witnesses: [peer] }),
          tell: (ledger, { log, size, text, note }) =>
            createWitnessClient(
              {
                name: 'a',
                url: peer.url,
                keys: [...witnessPolicy([peer], 1).witnesses.values()].map((key) => key.verifier),
              },
              plainWitnessCall,
            ).submit({ size, text, note, consistencyProof: ledger.reader(log).consistencyProof }),
        };
      },
    },
    {
      name: 'an anchor that remembers',
      async make() {
        const [state, anchor] = [await open(), await newLockAnchor()];
        return {
          source: 'the anchor vault',
          outside: () => outsideOf(state, { anchors: [anchor] }),
          tell: (_, checkpoint) => anchor.publish(checkpoint),
        };
      },
    },
    {
      name: 'receipts in State',
      async make() {
        const state = await open();
        return {
          source: 'the receipt of the anchor tsa',
          outside: () => outsideOf(state, {}),
          tell: keepsReceipt(state),
        };
      },
    },
    {
      name: 'what a witness confirmed, in State',
      async make() {
        const state = await open();
        return {
          source: 'what the witness w confirmed',
          outside: () => outsideOf(state, {}),
          tell: (ledger, { log, size }) =>
            saveProgress(state, {
              peer: 'witness w',
              log,
              origin,
              size,
              root: ledger.reader(log).head().root,
              confirmedAt: 1,
              failures: 0,
              error: null,
              errorAt: null,
            }),
        };
      },
    },
  ];

  describe.each(sources)('$name', ({ make }) => {
    test('lets the newest state open and keeps a restored one from signing', async () => {
      const { outside, tell, source } = await make();
      const { path, backup } = await restoredLog(tell);
      const newest = await openIn(path, outside(), true);
      expect(newest.health()).toMatchObject({ status: 'ok', reasons: [] });
      await newest.close();
      await expect(openIn(backup, outside())).rejects.toMatchObject({
        code: 'ledger_behind',
        conflict: { source, known: { size: 7 }, own: { size: 4 } },
      });
    });

    test('notices a log that went on otherwise', async () => {
      const { outside, tell, source } = await make();
      const { backup } = await restoredLog(tell);
      await forked(backup);
      await expect(openIn(backup, outside())).rejects.toMatchObject({
        code: 'ledger_forked',
        conflict: { source },
      });
    });
  });

  test('when one of two cannot be asked the other is enough', async () => {
    const [state, ill, anchor] = [await open(), await newWitness(), await newLockAnchor()];
    ill.behave('down');
    const { path, backup } = await restoredLog((_, checkpoint) => anchor.publish(checkpoint));
    const outside = outsideOf(state, { witnesses: [ill], anchors: [anchor] });
    await (await openIn(path, outside, true)).close();
    await expect(openIn(backup, outside)).rejects.toMatchObject({ code: 'ledger_behind' });
  });

  test('when nobody can be asked the ledger opens in doubt, or not at all where that is ordered', async () => {
    const [state, ill] = [await open(), await newWitness()];
    ill.behave('down');
    const { path } = await restoredLog(async () => undefined);
    const outside = outsideOf(state, { witnesses: [ill] });
    await expect(openIn(path, outside, true)).rejects.toThrow(/witness w0/);
    const ledger = await openIn(path, outside);
    expect(ledger.health()).toMatchObject({
      status: 'degraded',
      reasons: expect.arrayContaining([expect.stringContaining('the witness w0')]),
    });
  });

  test.each(['behind', 'forked'] as const)(
    'when nobody can be asked, what State knows still counts against a log that is %s',
    async (how) => {
      const [state, ill] = [await open(), await newWitness()];
      ill.behave('down');
      const { backup } = await restoredLog(keepsReceipt(state));
      if (how === 'forked') await forked(backup);
      await expect(openIn(backup, outsideOf(state, { witnesses: [ill] }))).rejects.toMatchObject({
        code: `ledger_${how}`,
      });
    },
  );

  test('a log counts as confirmed once somebody was asked about it, and not before it has signed', async () => {
    const [state, peer] = [await open(), await newWitness()];
    const outside = createOutside({
      state,
      clock: systemClock,
      log: silentLogger,
      policy: witnessPolicy([peer], 1),
      call: plainWitnessCall,
      anchors: [],
    });
    const path = directory();
    const ledger = await openIn(path, outside);
    // There is no checkpoint yet that a witness could be asked about.
    expect(outside.isConfirmed(origin)).toBe(false);
    await ledger.append('general', testEntry(1));
    await ledger.close();
    peer.behave('down');
    await (await openIn(path, outside)).close();
    expect(outside.isConfirmed(origin)).toBe(false);
    peer.behave('ok');
    await openIn(path, outside);
    expect(outside.isConfirmed(origin)).toBe(true);
  });
});
