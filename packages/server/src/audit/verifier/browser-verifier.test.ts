import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTileVerifier, httpResources, verifyReceipt } from '@custos/client/ledger';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSigner } from '../log/formats/keys.ts';
import { formatNote, parseNote } from '../log/formats/signed-note.ts';
import { removed, temporary, testEntry, testKeys, testOptions, testOrigins } from '../log/ledger-fixture.ts';
import type { Ledger } from '../log/ledger-types.ts';
import { openLedger } from '../log/ledger.ts';
import { naiveLeaf, naiveRoot } from '../log/merkle/naive-fixture.ts';

const origin = testOrigins.security;
const vkeyOf = (name: string) =>
  createSigner({ name, type: 1, privateKey: testKeys(name).ed25519 }).verifier.vkey;
const vkey = vkeyOf(origin);
const policy = `log ${vkey}\nquorum none\n`;

const directory = temporary();
let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger(testOptions(directory));
});
afterAll(async () => {
  await ledger.close();
  removed(directory);
});

/** Appends up to a size and signs it. */
async function grow(size: number): Promise<string> {
  const reader = ledger.reader('security');
  const from = reader.head().size;
  const entries = Array.from({ length: size - from }, (_, at) => testEntry(from + at));
  if (entries.length > 0) await ledger.appendMany('security', entries);
  await ledger.publish();
  return reader.checkpoint() as string;
}

const live = (path: string) => ledger.reader('security').resource(path);

test('every entry of a live log is verified from its tiles, at every size around the edges of tiles', async () => {
  for (const size of [1, 2, 3, 7, 255, 256, 257, 300, 511, 512, 513, 700]) {
    await grow(size);
    const verifier = createTileVerifier({ fetch: live, vkey });
    const indexes = new Set([0, 1, 2, 6, 254, 255, 256, 300, 511, 512, size - 2, size - 1]);
    for (const index of [...indexes].filter((one) => one >= 0 && one < size)) {
      const verdict = await verifier.verifyEntry(index, testEntry(index));
      expect([size, index, verdict]).toMatchObject([size, index, { verified: true, index }]);
    }
  }
});

describe('with a log of 66,000 entries, which has three levels of tiles', () => {
  beforeAll(async () => {
    await grow(66_000);
  });

  test('entries are verified, and the wrong bytes, index or key are not', async () => {
    const verifier = createTileVerifier({ fetch: live, vkey });
    for (const index of [0, 255, 256, 40_000, 65_535, 65_536, 65_999]) {
      expect(await verifier.verifyEntry(index, testEntry(index))).toMatchObject({ verified: true });
    }
    const refused = async (index: number, leaf: Uint8Array) => verifier.verifyEntry(index, leaf);
    expect(await refused(40_000, testEntry(40_001))).toMatchObject({
      verified: false,
      code: 'not_verified',
      reason: expect.stringContaining('These are not the bytes of entry 40000'),
    });
    expect(await refused(40_001, testEntry(40_000))).toMatchObject({ verified: false });
    expect(await refused(40_000, testEntry(40_000).subarray(1))).toMatchObject({ verified: false });
    expect(await refused(66_000, testEntry(66_000))).toMatchObject({
      verified: false,
      reason: expect.stringContaining('there is no entry 66000'),
    });
    for (const index of [-1, 0.5, Number.NaN, 2 ** 60]) {
      expect(await refused(index, testEntry(0))).toMatchObject({ verified: false });
    }
    const stranger = createSigner({
      name: origin,
      type: 1,
      privateKey: generateKeyPairSync('ed25519').privateKey,
    }).verifier.vkey;
    expect(
      await createTileVerifier({ fetch: live, vkey: stranger }).verifyEntry(5, testEntry(5)),
    ).toMatchObject({ verified: false, reason: expect.stringContaining('not signed by a log') });
    const other = createTileVerifier({ fetch: live, vkey: vkeyOf(testOrigins.general) });
    expect(await other.verifyEntry(5, testEntry(5))).toMatchObject({
      verified: false,
      reason: expect.stringContaining('and not of example.com/general'),
    });
    const broken = createTileVerifier({ fetch: live, vkey: vkey.replace('+', '+0') });
    expect(await broken.checkpoint()).toMatchObject({ verified: false, code: 'unreadable' });
  });

  test('a flipped bit in any tile on the way, or in the checkpoint, is refused', async () => {
    const index = 65_700;
    const served = new Map<string, Buffer>();
    await createTileVerifier({
      vkey,
      async fetch(path) {
        const bytes = await live(path);
        if (bytes !== undefined) served.set(path, bytes);
        return bytes;
      },
    }).verifyEntry(index, testEntry(index));
    expect(served.size).toBeGreaterThan(3);
    const bits = [...served].flatMap(([path, bytes]) =>
      Array.from({ length: bytes.length }, (_, at) => ({ path, at })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...bits),
        fc.integer({ min: 0, max: 7 }),
        async ({ path, at }, bit) => {
          const verifier = createTileVerifier({
            vkey,
            async fetch(asked) {
              const bytes = served.get(asked);
              if (bytes === undefined || asked !== path) return bytes;
              const copy = Buffer.from(bytes);
              copy[at] = (copy[at] as number) ^ (1 << bit);
              return copy;
            },
          });
          expect(await verifier.verifyEntry(index, testEntry(index))).toMatchObject({ verified: false });
        },
      ),
      { numRuns: 400 },
    );
  });

  test('an entry is read from its bundle, and a changed, cut or missing bundle is refused', async () => {
    const served = new Map<string, Buffer>();
    const reading = (change: (bytes: Buffer) => Buffer | undefined) =>
      createTileVerifier({
        vkey,
        async fetch(path) {
          const bytes = await live(path);
          if (!path.startsWith('tile/entries/') || bytes === undefined) return bytes;
          served.set(path, bytes);
          return change(bytes);
        },
      });
    for (const index of [0, 255, 256, 65_999]) {
      const verdict = await reading((bytes) => bytes).readEntry(index);
      if (!verdict.verified) throw new Error(verdict.reason);
      expect(Buffer.from(verdict.leaf)).toEqual(testEntry(index));
    }
    expect([...served.keys()]).toEqual(['tile/entries/000', 'tile/entries/001', 'tile/entries/257.p/208']);
    const flipped = (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      copy[5] = (copy[5] as number) ^ 1;
      return copy;
    };
    expect(await reading(flipped).readEntry(256)).toMatchObject({ verified: false, code: 'not_verified' });
    expect(await reading((bytes) => bytes.subarray(0, 3)).readEntry(256)).toMatchObject({
      code: 'unreadable',
    });
    expect(await reading(() => undefined).readEntry(256)).toMatchObject({ code: 'missing' });
    expect(await reading((bytes) => bytes).readEntry(66_000)).toMatchObject({ code: 'not_verified' });
  });

  test('a live log is verified over HTTP; a server in trouble is not taken for a log without the tile', async () => {
    let broken = false;
    const server = createServer((request, response) => {
      const path = (request.url ?? '').replace('/ledger/example.com/security/', '');
      void live(path).then((bytes) => {
        response.statusCode = broken ? 502 : bytes === undefined ? 404 : 200;
        response.end(bytes);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const fetch = httpResources(`http://127.0.0.1:${port}/ledger/example.com/security`);
    const verifier = createTileVerifier({ fetch, vkey });
    expect(await verifier.verifyEntry(65_999, testEntry(65_999))).toMatchObject({ verified: true });
    expect(await fetch('tile/0/999')).toBeUndefined();
    broken = true;
    await expect(verifier.verifyEntry(70_000, testEntry(3))).rejects.toThrow('answered 502');
    await expect(verifier.verifyEntry(3, testEntry(3))).rejects.toThrow('answered 502');
    await new Promise((resolve) => server.close(resolve));
    await expect(verifier.verifyEntry(3, testEntry(3))).rejects.toThrow('fetch failed');
  });

  test('a tile that is missing, cut or too long is named', async () => {
    const serving = (change: (bytes: Buffer) => Buffer | undefined) =>
      createTileVerifier({
        vkey,
        async fetch(path) {
          const bytes = await live(path);
          return path.startsWith('tile/1/') && bytes !== undefined ? change(bytes) : bytes;
        },
      });
    const leaf = testEntry(9);
    expect(await serving(() => undefined).verifyEntry(9, leaf)).toMatchObject({
      code: 'missing',
      reason: expect.stringContaining('tile/1/000'),
    });
    expect(await serving((bytes) => bytes.subarray(32)).verifyEntry(9, leaf)).toMatchObject({
      code: 'unreadable',
    });
    expect(await serving((bytes) => Buffer.concat([bytes, bytes])).verifyEntry(9, leaf)).toMatchObject({
      code: 'unreadable',
    });
  });

  test('a full tile serves where the partial one is gone', async () => {
    const note = ledger.reader('security').checkpoint() as string;
    await grow(66_040); // the tile of 65,900 is full at 66,048
    const verifier = createTileVerifier({
      vkey,
      async fetch(path) {
        if (path === 'checkpoint') return Buffer.from(note);
        const partial = /^(tile\/0\/\d+)\.p\/\d+$/.exec(path);
        return partial === null ? live(path) : undefined;
      },
    });
    expect(await verifier.verifyEntry(65_900, testEntry(65_900))).toMatchObject({ code: 'missing' });
    await grow(66_048 + 512);
    expect(await verifier.verifyEntry(65_900, testEntry(65_900))).toMatchObject({ verified: true });
  });
});

test('consistency with an earlier checkpoint is verified, whatever the two sizes', async () => {
  const notes = [];
  const start = ledger.reader('security').head().size;
  for (const more of [0, 1, 2, 255, 256, 300]) notes.push(await grow(start + more));
  for (const old of notes) {
    const verdict = await createTileVerifier({ fetch: live, vkey }).verifyConsistency(old);
    expect(verdict).toMatchObject({ verified: true, oldSize: Number(old.split('\n')[1]) });
  }
});

describe('a browser that remembers', () => {
  const signed = (size: number, root: Buffer): string => {
    const text = `${origin}\n${size}\n${root.toString('base64')}\n`;
    const signer = createSigner({ name: origin, type: 1, privateKey: testKeys(origin).ed25519 });
    return formatNote({ text, signatures: [signer.sign(text, 0)] });
  };
  const storeOf = (note: string | null) => {
    const saved: string[] = note === null ? [] : [note];
    return {
      saved,
      load: () => saved.at(-1) ?? null,
      save: (_: string, next: string) => void saved.push(next),
    };
  };

  test('a checkpoint that continues the remembered one takes its place', async () => {
    const first = await grow(ledger.reader('security').head().size + 1);
    const store = storeOf(null);
    const verifier = createTileVerifier({ fetch: live, vkey, store });
    expect(await verifier.checkpoint()).toMatchObject({ verified: true, continues: null });
    expect(store.saved).toEqual([first]);
    const second = await grow(ledger.reader('security').head().size + 1);
    expect(await verifier.checkpoint()).toMatchObject({
      verified: true,
      continues: Number(first.split('\n')[1]),
    });
    expect(store.saved).toEqual([first, second]);
  });

  test('a log that was rolled back or rewritten is told, and the remembered checkpoint stays', async () => {
    const size = ledger.reader('security').head().size;
    const ahead = storeOf(signed(size + 1, Buffer.alloc(32, 7)));
    expect(await createTileVerifier({ fetch: live, vkey, store: ahead }).checkpoint()).toMatchObject({
      verified: false,
      code: 'behind',
    });
    expect(ahead.saved).toHaveLength(1);
    for (const old of [size, size - 1, 256, 3, 1]) {
      const rewritten = storeOf(signed(old, Buffer.alloc(32, 7)));
      const verdict = await createTileVerifier({ fetch: live, vkey, store: rewritten }).checkpoint();
      expect([old, verdict]).toMatchObject([old, { verified: false, code: 'forked' }]);
      expect(rewritten.saved).toHaveLength(1);
    }
    const true3 = signed(3, naiveRoot([0, 1, 2].map((number) => naiveLeaf(testEntry(number)))));
    expect(await createTileVerifier({ fetch: live, vkey, store: storeOf(true3) }).checkpoint()).toMatchObject(
      { verified: true, continues: 3 },
    );
    const garbled = storeOf('not a checkpoint');
    expect(await createTileVerifier({ fetch: live, vkey, store: garbled }).checkpoint()).toMatchObject({
      verified: false,
      code: 'unreadable',
    });
  });
});

describe('receipts', () => {
  test('a receipt verifies for its bytes alone, and no changed character of it passes for another event', async () => {
    const index = 300;
    const receipt = (await ledger.reader('security').receipt(index)).toString();
    const leaf = testEntry(index);
    expect(await verifyReceipt({ receipt, leaf, policy })).toMatchObject({
      verified: true,
      index,
      checkpoint: { origin, witnesses: [] },
    });
    expect(await verifyReceipt({ receipt, leaf: testEntry(301), policy })).toMatchObject({ verified: false });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(receipt.length - 1),
        fc.constantFrom('A', '0', '\n', ' ', 'é', ''),
        async (at, character) => {
          const changed = receipt.slice(0, at) + character + receipt.slice(at + 1);
          fc.pre(changed !== receipt);
          expect(await verifyReceipt({ receipt: changed, leaf, policy })).toMatchObject({ verified: false });
        },
      ),
      { numRuns: 300 },
    );
  });

  test('cut anywhere, a receipt is refused', async () => {
    const receipt = (await ledger.reader('security').receipt(5)).toString();
    for (let end = 0; end < receipt.length; end += 1) {
      const verdict = await verifyReceipt({ receipt: receipt.slice(0, end), leaf: testEntry(5), policy });
      expect([end, verdict.verified]).toEqual([end, false]);
    }
  });

  test('witnesses count by group and quorum; one that cannot be checked counts for nothing and is not an error', async () => {
    const { text, signatures } = parseNote(await grow(ledger.reader('security').head().size + 1));
    const witness = (name: string, type: number) => {
      const pair = type === 6 ? generateKeyPairSync('ml-dsa-44') : generateKeyPairSync('ed25519');
      return createSigner({ name, type, privateKey: pair.privateKey });
    };
    const [one, two, quantum] = [witness('w1', 4), witness('w2', 4), witness('w3', 6)];
    const lines = [
      `log ${vkey}`,
      `witness one ${one.verifier.vkey}`,
      `witness two ${two.verifier.vkey} https://w2.example`,
      `witness three ${quantum.verifier.vkey}`,
    ];
    const receipt = (await ledger.reader('security').receipt(5)).toString();
    const head = receipt.slice(0, receipt.indexOf('\n\n') + 2);
    const attempt = (quorum: string, signers: readonly (typeof one)[]) =>
      verifyReceipt({
        receipt:
          head +
          formatNote({
            text,
            signatures: [...signatures, ...signers.map((signer) => signer.sign(text, 1_767_225_600))],
          }),
        leaf: testEntry(5),
        policy: [...lines, quorum, ''].join('\n'),
      });
    expect(await attempt('group both all one two\nquorum both', [one])).toMatchObject({
      verified: false,
      reason: expect.stringContaining('lacks the witnesses'),
    });
    expect(await attempt('group both all one two\nquorum both', [one, two])).toMatchObject({
      verified: true,
      checkpoint: {
        witnesses: [
          { name: 'one', seconds: 1_767_225_600 },
          { name: 'two', seconds: 1_767_225_600 },
        ],
      },
    });
    expect(await attempt('quorum one', [witness('w1', 4)])).toMatchObject({ verified: false });
    const forged = witness('w1', 4).sign(text, 1).signature;
    expect(
      await attempt('quorum two', [
        { ...one, sign: (signedText, at) => ({ ...one.sign(signedText, at), signature: forged }) },
        two,
      ]),
    ).toMatchObject({ verified: false, reason: 'The signature of w1 on a checkpoint is wrong.' });
    // This runtime may or may not know ML-DSA; either way the event is proven by the log's own signature.
    const verdict = await attempt('quorum none', [quantum]);
    if (!verdict.verified) throw new Error(verdict.reason);
    expect([
      ...verdict.checkpoint.witnesses.map(({ name }) => name),
      ...verdict.checkpoint.uncheckable,
    ]).toEqual(['three']);
  });

  test('a policy is understood whole or refused', async () => {
    const receipt = (await ledger.reader('security').receipt(5)).toString();
    const wrong = [
      '',
      `log ${vkey}\n`,
      `log ${vkey}\nquorum nobody\n`,
      `log ${vkey}\nquorum none\nquorum none\n`,
      `log ${vkey}\nlog ${vkey}\nquorum none\n`,
      `witness w ${vkey}\nquorum none\n`,
      `log ${vkey}\nmirror x\nquorum none\n`,
      `log ${vkey}\ngroup g 2 a\nquorum none\n`,
      `log ${vkey} https://a https://b\nquorum none\n`,
      `log ${vkey}\u0007\nquorum none\n`,
      `log ${vkey.slice(0, -4)}\nquorum none\n`,
    ];
    for (const text of wrong) {
      const verdict = await verifyReceipt({ receipt, leaf: testEntry(5), policy: text });
      expect([text, verdict]).toMatchObject([text, { verified: false, code: 'unreadable' }]);
    }
    const empty = await verifyReceipt({ receipt, leaf: testEntry(5), policy: 'quorum none\n' });
    expect(empty).toMatchObject({ verified: false, code: 'not_verified' });
  });
});
