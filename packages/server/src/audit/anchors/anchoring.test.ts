import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../../test/serve.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import { openLedger } from '../log/ledger.ts';
import { removed, temporary, testEntry, testOptions, testOrigins } from '../log/ledger-fixture.ts';
import type { Ledger } from '../log/ledger-types.ts';
import { createAnchoring, type Anchoring, type AnchoringRequest } from './anchoring.ts';
import { hasOpenssl, startAuthority } from './authority-fixture.ts';
import { plainCall } from './call-fixture.ts';
import { anchorContradicts } from './errors.ts';
import { createTimeStampAnchor, verifyTimeStampReceipt } from './rfc3161.ts';
import { addReceipt, listReceipts, thinReceipts } from './store.ts';
import type { Anchor } from './types.ts';

const origin = testOrigins.general;

/** An anchor in memory, and what it was handed. */
function memoryAnchor(name: string): Anchor & { sizes: number[]; fail: Error | null; hang: boolean } {
  const anchor = {
    name,
    kind: 'webhook' as const,
    remembers: false,
    sizes: [] as number[],
    fail: null as Error | null,
    hang: false,
    async publish({ log, text }: { log: string; text: string }) {
      if (anchor.hang) await new Promise(() => undefined);
      if (anchor.fail !== null) throw anchor.fail;
      const { origin: of, size, root } = parseCheckpoint(text);
      if (log === 'general') anchor.sizes.push(size);
      const receipt = Buffer.from(`seen ${size}`);
      return { anchor: name, kind: 'webhook' as const, log, origin: of, size, root, at: Date.now(), receipt };
    },
    newest: async () => null,
  };
  return anchor;
}

describeOnBothStores('anchoring', (open) => {
  const running: Anchoring[] = [];
  const ledgers: Ledger[] = [];
  const directories: string[] = [];
  afterEach(async () => {
    for (const anchoring of running.splice(0)) await anchoring.stop({ withinMs: 500 });
    for (const ledger of ledgers.splice(0)) await ledger.close().catch(() => undefined);
    for (const directory of directories.splice(0)) removed(directory);
  });
  const newLedger = async (): Promise<Ledger> => {
    const directory = temporary();
    directories.push(directory);
    const ledger = await openLedger(testOptions(directory, systemClock));
    ledgers.push(ledger);
    return ledger;
  };
  const begin = async (
    parts: Pick<AnchoringRequest, 'state' | 'ledger' | 'anchors'> & Partial<AnchoringRequest>,
  ): Promise<Anchoring> => {
    const retry = { baseMs: 20, maxMs: 100 };
    const anchoring = createAnchoring({ clock: systemClock, log: silentLogger, retry, ...parts });
    running.push(anchoring);
    await anchoring.start();
    return anchoring;
  };
  const grow = async (ledger: Ledger, count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      await ledger.append('general', testEntry(index));
      await ledger.publish();
    }
  };
  const progressOf = (anchoring: Anchoring) =>
    anchoring.status()[0]?.logs.find(({ log }) => log === 'general');

  test('hands over the newest checkpoint at the interval, not each one, and keeps the receipts', async () => {
    const [state, ledger, anchor] = [await open(), await newLedger(), memoryAnchor('one')];
    await grow(ledger, 3);
    const anchoring = await begin({ state, ledger, anchors: [{ anchor, intervalMs: 300 }] });
    await eventually(() => anchor.sizes.length === 1);
    await grow(ledger, 20);
    await eventually(() => anchor.sizes.includes(23));
    expect(anchor.sizes.length).toBeLessThan(10);
    expect(anchor.sizes).toEqual([...new Set(anchor.sizes)].toSorted((a, b) => a - b));
    await eventually(() => progressOf(anchoring)?.size === 23);
    expect(progressOf(anchoring)).toMatchObject({ lagEntries: 0, lagMs: 0, failures: 0, error: null });
    const [newest] = await anchoring.receipts({ origin });
    expect(newest).toMatchObject({
      anchor: 'one',
      size: 23,
      root: ledger.reader('general').head().root,
      receipt: Buffer.from('seen 23'),
    });
    const [first] = await anchoring.receipts({ origin, anchor: 'one', minimumSize: 2 });
    expect(first).toMatchObject({ size: 3 });
    expect(await anchoring.receipts({ origin, anchor: 'other' })).toEqual([]);
    expect(anchoring.health()).toEqual({ status: 'ok', reasons: [] });
  });

  test('tries again after failures, says so meanwhile, and is well when the anchor is', async () => {
    const [state, ledger, anchor] = [await open(), await newLedger(), memoryAnchor('one')];
    anchor.fail = new Error('no route to the vault');
    await grow(ledger, 2);
    const anchoring = await begin({ state, ledger, anchors: [{ anchor, intervalMs: 20 }] });
    await eventually(() => (progressOf(anchoring)?.failures ?? 0) >= 3);
    expect(progressOf(anchoring)).toMatchObject({ size: 0, lagEntries: 2, error: 'no route to the vault' });
    expect(anchoring.health()).toMatchObject({
      status: 'degraded',
      reasons: [expect.stringContaining('no route to the vault')],
    });
    anchor.fail = null;
    await eventually(() => progressOf(anchoring)?.size === 2);
    expect(progressOf(anchoring)).toMatchObject({ failures: 0, error: null, errorAt: null });
    expect(anchoring.health().status).toBe('ok');
  });

  test('an anchor that fails or hangs does not hold up another', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    const [bad, hung, good] = [memoryAnchor('bad'), memoryAnchor('hung'), memoryAnchor('good')];
    bad.fail = new Error('no');
    hung.hang = true;
    const anchors = [bad, hung, good].map((anchor) => ({ anchor, intervalMs: 20 }));
    const anchoring = await begin({ state, ledger, anchors });
    await grow(ledger, 2);
    await eventually(() => good.sizes.includes(2));
    const before = Date.now();
    await anchoring.stop({ withinMs: 300 });
    expect(Date.now() - before).toBeLessThan(5000);
  });

  test('at the end signs and hands over what came last', async () => {
    const [state, ledger, anchor] = [await open(), await newLedger(), memoryAnchor('one')];
    const anchoring = await begin({ state, ledger, anchors: [{ anchor, intervalMs: 3_600_000 }] });
    await ledger.append('general', testEntry(1));
    await anchoring.stop();
    expect(anchor.sizes).toEqual([1]);
    expect(await listReceipts(state, { origin }, 10)).toMatchObject([{ size: 1 }]);
  });

  test('remembers over a restart what was anchored', async () => {
    const [state, ledger, anchor] = [await open(), await newLedger(), memoryAnchor('one')];
    await grow(ledger, 2);
    const first = await begin({ state, ledger, anchors: [{ anchor, intervalMs: 20 }] });
    await eventually(() => progressOf(first)?.size === 2);
    await first.stop();
    const second = await begin({ state, ledger, anchors: [{ anchor, intervalMs: 20 }] });
    expect(progressOf(second)).toMatchObject({ size: 2, lagEntries: 0 });
    await grow(ledger, 1);
    await eventually(() => progressOf(second)?.size === 3);
    expect(anchor.sizes).toEqual([2, 3]);
  });

  test('does nothing on a node that does not sign, and begins when the node does', async () => {
    const [state, ledger, anchor] = [await open(), await newLedger(), memoryAnchor('one')];
    let active = false;
    await grow(ledger, 2);
    await begin({ state, ledger, anchors: [{ anchor, intervalMs: 20 }], isActive: () => active });
    await systemClock.sleep(200);
    expect(anchor.sizes).toEqual([]);
    active = true;
    await eventually(() => anchor.sizes.length === 1);
  });

  test('an anchor that proves a fork stops the ledger', async () => {
    const [state, ledger, anchor] = [await open(), await newLedger(), memoryAnchor('one')];
    anchor.fail = anchorContradicts('one', origin, 2);
    await grow(ledger, 2);
    const anchoring = await begin({ state, ledger, anchors: [{ anchor, intervalMs: 20 }] });
    await eventually(() => ledger.health().status === 'critical');
    await expect(ledger.append('general', testEntry(9))).rejects.toMatchObject({ code: 'ledger_failed' });
    expect(anchoring.health()).toMatchObject({
      status: 'critical',
      reasons: expect.arrayContaining([expect.stringContaining('the log forked')]),
    });
  });

  test('of old receipts the last of each day stays, for each anchor and log', async () => {
    const state = await open();
    const dayMs = 86_400_000;
    const start = 20_000 * dayMs;
    let id = 0;
    for (const anchor of ['one', 'two']) {
      for (const of of ['a', 'b']) {
        for (let size = 0; size < 12; size += 1) {
          id += 1;
          await addReceipt(state, `anr_${String(id).padStart(4, '0')}`, {
            anchor,
            kind: 'webhook',
            log: of,
            origin: of,
            size,
            root: Buffer.alloc(32),
            at: start + Math.floor(size / 4) * dayMs + (size % 4) * 1000,
            receipt: Buffer.from('x'),
          });
        }
      }
    }
    expect(await thinReceipts(state, start + 2 * dayMs)).toBe(2 * 2 * 2 * 3);
    for (const anchor of ['one', 'two']) {
      const left = await listReceipts(state, { origin: 'a', anchor }, 100);
      expect(left.map(({ size }) => size)).toEqual([11, 10, 9, 8, 7, 3]);
    }
    expect(await thinReceipts(state, start + 2 * dayMs)).toBe(0);
  });

  // The authority is OpenSSL's own.
  test.skipIf(!hasOpenssl())(
    'a real time stamp of a real ledger’s checkpoint verifies from State',
    async () => {
      const [state, ledger, authority] = [await open(), await newLedger(), await startAuthority()];
      try {
        const { url, ca } = authority;
        const anchor = createTimeStampAnchor({ name: 'tsa', url, ca, call: plainCall });
        await grow(ledger, 3);
        const anchoring = await begin({ state, ledger, anchors: [{ anchor }] });
        await eventually(() => progressOf(anchoring)?.size === 3);
        const [receipt] = await anchoring.receipts({ origin });
        expect(receipt).toBeDefined();
        if (receipt === undefined) return;
        expect(await verifyTimeStampReceipt(receipt, ca)).toMatchObject({ at: receipt.at });
        const text = (ledger.reader('general').checkpoint() as string).split('\n\n')[0] as string;
        expect(authority.opensslVerifies(receipt.receipt, `${text}\n`)).toBe(true);
      } finally {
        await authority.close();
      }
    },
  );
});
