import { generateKeyPairSync, createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leafHash } from '../merkle/hashing.ts';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { cosignatureSeconds } from './cosignature.ts';
import { decodeBundle, encodeBundle } from './entry-bundle.ts';
import { createSigner, parseVerifierKey, verifiedSignatures } from './keys.ts';
import { checkpointTrust, parsePolicy, reachesQuorum } from './policy.ts';
import { formatNote, formatSignature, parseNote, parseSignatureLines } from './signed-note.ts';
import { parseTilePath, tilePath, tileWidthAt } from './tile-paths.ts';
import { formatProof, parseProof, verifyProof } from './tlog-proof.ts';

/** The note that the Go checksum database's package publishes, with its keys. */
const neumannText =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const neumannLine =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const neumannKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const neumannSeed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);

/** The checkpoint, cosigned, that C2SP tlog-cosignature shows. */
const sofa = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;

const ed25519 = generateKeyPairSync('ed25519').privateKey;
const mlDsa44 = generateKeyPairSync('ml-dsa-44').privateKey;
const origin = 'example.com/log';
const text = formatCheckpoint({ origin, size: 1, root: leafHash(Buffer.from('one')) });
const logSigner = createSigner({ name: origin, type: 0x01, privateKey: ed25519 });

test('the published note verifies, and the published private key signs it to the byte', () => {
  const verifier = parseVerifierKey(neumannKey);
  expect(verifier.vkey).toBe(neumannKey);
  const note = parseNote(`${neumannText}\n${neumannLine}`);
  expect(note.text).toBe(neumannText);
  expect(verifiedSignatures(note, [verifier])).toHaveLength(1);
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), neumannSeed]);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const signer = createSigner({ name: 'PeterNeumann', type: 0x01, privateKey });
  expect(formatSignature(signer.sign(neumannText, 0))).toBe(neumannLine);
  const changed = parseNote(`${neumannText.replace('answer', 'Answer')}\n${neumannLine}`);
  expect(verifiedSignatures(changed, [verifier])).toHaveLength(0);
});

test('the texts that the specifications show are read and written again to the byte', () => {
  const note = parseNote(sofa);
  expect(formatNote(note)).toBe(sofa);
  expect(note.signatures.map(({ name }) => name)).toEqual([
    'example.com/behind-the-sofa',
    'witness.example.com/w1',
  ]);
  // The timestamp of the specification's signed message.
  expect(cosignatureSeconds(note.signatures[1]?.signature as Buffer)).toBe(1_679_315_147n);
  const { origin: named, size, root, extensions } = parseCheckpoint(note.text);
  expect({ named, size, extensions }).toEqual({
    named: 'example.com/behind-the-sofa',
    size: 20_852_163,
    extensions: [],
  });
  expect(formatCheckpoint({ origin: named, size, root })).toBe(note.text);
  const quasimodo =
    'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n';
  expect(parseNote(Buffer.from(quasimodo)).text.endsWith('ed è subito sera.\n')).toBe(true);
  expect(formatNote(parseNote(quasimodo))).toBe(quasimodo);
});

test('what is not a note is refused', () => {
  const good = `${neumannText}\n${neumannLine}`;
  for (const bad of [
    neumannText,
    good.slice(0, -1),
    `${good}x`,
    good.replace('— P', '- P'),
    good.replace('— PeterNeumann', '— Peter+Neumann'),
    good.replace('— PeterNeumann ', '— Peter Neumann '),
    good.replace('nAM=', 'nAM'),
    good.replace('nAM=', 'nAN='),
    good.replace('problem', 'prob\tlem'),
    good.replace('problem', 'prob\u0000lem'),
    `${neumannText}\n`,
    `${neumannText}\n${neumannLine.repeat(101)}`,
  ]) {
    expect(() => parseNote(bad), bad).toThrow(expect.objectContaining({ code: 'malformed_record' }));
  }
  expect(() => parseNote(Buffer.from([...Buffer.from(good), 0xff]))).toThrow('UTF-8');
  expect(parseNote(`${neumannText}\n${neumannLine.repeat(16)}`).signatures).toHaveLength(16);
});

test('what is not a checkpoint is refused', () => {
  for (const bad of [
    '',
    'a\n1\n',
    'a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n',
    text.slice(0, -1),
    `\n${text}`,
    `${text}\nx\n`,
    text.replace('\n1\n', '\n-1\n'),
    text.replace('\n1\n', '\n99999999999999999\n'),
    'a\n1\nAAAA\n',
  ]) {
    expect(() => parseCheckpoint(bad), JSON.stringify(bad)).toThrow('The checkpoint cannot be read');
  }
  expect(parseCheckpoint(`${text}more\n`).extensions).toEqual(['more']);
});

test('cosignatures of both kinds verify for their text, time and name only', () => {
  for (const [type, privateKey] of [
    [0x04, ed25519],
    [0x06, mlDsa44],
  ] as const) {
    const signer = createSigner({ name: 'witness.example/w', type, privateKey });
    const signature = signer.sign(text, 1_700_000_000);
    expect(signature.signature).toHaveLength(type === 4 ? 72 : 2428);
    expect(cosignatureSeconds(signature.signature)).toBe(1_700_000_000n);
    const verifier = parseVerifierKey(signer.verifier.vkey);
    expect(verifier.verify(text, signature.signature)).toBe(true);
    expect(verifier.verify(text.replace('\n1\n', '\n2\n'), signature.signature)).toBe(false);
    const later = Buffer.from(signature.signature);
    later[7] = (later[7] as number) ^ 1;
    expect(verifier.verify(text, later)).toBe(false);
    expect(verifier.verify(text, signature.signature.subarray(1))).toBe(false);
  }
  // ML-DSA-44 covers the cosigner's name; the same key under another name is another cosigner.
  const one = createSigner({ name: 'one', type: 0x06, privateKey: mlDsa44 });
  const two = createSigner({ name: 'two', type: 0x06, privateKey: mlDsa44 });
  expect(two.verifier.verify(text, one.sign(text, 0).signature)).toBe(false);
  expect(one.verifier.verify('no checkpoint\n', one.sign(text, 0).signature)).toBe(false);
});

test('a wrong signature of a known key spoils the note; one of an unknown key is ignored', () => {
  const right = logSigner.sign(text, 0);
  const stranger = createSigner({
    name: origin,
    type: 0x01,
    privateKey: generateKeyPairSync('ed25519').privateKey,
  });
  const wrong = { ...right, signature: Buffer.alloc(64) };
  const check = (signatures: (typeof right)[]): number =>
    verifiedSignatures({ text, signatures }, [logSigner.verifier]).length;
  expect(check([right, stranger.sign(text, 0)])).toBe(1);
  expect(check([right, wrong])).toBe(0);
  expect(check([stranger.sign(text, 0)])).toBe(0);
});

test('verifier keys of another id, type or length are refused', () => {
  for (const bad of [
    neumannKey.replace('c74f20a3', 'c74f20a4'),
    neumannKey.replace('+AR', '+BR'),
    neumannKey.replace('PeterNeumann', 'Peter'),
    'x',
    neumannKey.slice(0, -4),
    neumannKey.replace('Peter', 'Peter '),
  ]) {
    expect(() => parseVerifierKey(bad), bad).toThrow('The verifier key cannot be read');
  }
});

test('tile paths are those of the specification, one for each tile', () => {
  expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
  expect(tilePath({ level: 'entries', index: 67, width: 112 })).toBe('tile/entries/067.p/112');
  fc.assert(
    fc.property(
      fc.constantFrom<number | 'entries'>('entries', 0, 1, 9, 10, 63),
      fc.nat({ max: 10 ** 12 }),
      fc.integer({ min: 1, max: 256 }),
      (level, index, width) => {
        expect(parseTilePath(tilePath({ level, index, width }))).toEqual({ level, index, width });
      },
    ),
  );
  for (const bad of [
    'tile/64/000',
    'tile/00/000',
    'tile/0/1',
    'tile/0/x000/001',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/01',
    'tile/0/001/',
    'tile/../0/001',
    'tile/0/x1/001',
    'tile/entries/x001',
  ]) {
    expect(parseTilePath(bad), bad).toBeUndefined();
  }
});

test('a tree of 70,000 has the tiles that the specification counts', () => {
  expect([tileWidthAt(70_000, 0, 272), tileWidthAt(70_000, 0, 273), tileWidthAt(70_000, 0, 274)]).toEqual([
    256, 112, 0,
  ]);
  expect([tileWidthAt(70_000, 1, 0), tileWidthAt(70_000, 1, 1), tileWidthAt(70_000, 2, 0)]).toEqual([
    256, 17, 1,
  ]);
  expect([tileWidthAt(256, 0, 0), tileWidthAt(256, 0, 1), tileWidthAt(256, 1, 0)]).toEqual([256, 0, 1]);
  expect(tileWidthAt(70_000, 'entries', 273)).toBe(112);
});

test('bundles keep entries of every length, and a torn one is refused', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 256 }), (entries) => {
      expect(decodeBundle(encodeBundle(entries)).map((entry) => [...entry])).toEqual(
        entries.map((entry) => [...entry]),
      );
    }),
    { numRuns: 50 },
  );
  const longest = Buffer.alloc(65_535, 7);
  expect(decodeBundle(encodeBundle([longest]))[0]).toEqual(longest);
  expect(encodeBundle([Buffer.from('ab')]).toString('hex')).toBe('00026162');
  expect(() => decodeBundle(Buffer.from('0003616200', 'hex').subarray(0, 4))).toThrow('ends within an entry');
});

const witnesses = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'].map((name) => ({
  name,
  signer: createSigner({
    name: `w.example/${name}`,
    type: 0x04,
    privateKey: generateKeyPairSync('ed25519').privateKey,
  }),
}));
const policyText = `# two operators
log ${logSigner.verifier.vkey} https://example.com/log
${witnesses.map(({ name, signer }) => `witness ${name} ${signer.verifier.vkey}`).join('\n')}
  group X-witnesses\t2 X1 X2 X3
group Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

test('the quorum of the specification’s example is reached by two of X and one of Y', () => {
  const policy = parsePolicy(policyText);
  expect(policy.logs[0]?.url).toBe('https://example.com/log');
  const reaches = (...names: string[]): boolean => reachesQuorum(policy, new Set(names));
  expect(reaches('X1', 'X3', 'Y2')).toBe(true);
  expect(reaches('X1', 'X2', 'X3')).toBe(false);
  expect(reaches('X1', 'Y1', 'Y2', 'Y3')).toBe(false);
  const signed = (cosigners: string[]): ReturnType<typeof checkpointTrust> =>
    checkpointTrust(
      {
        text,
        signatures: [
          logSigner.sign(text, 0),
          ...witnesses
            .filter(({ name }) => cosigners.includes(name))
            .map(({ signer }) => signer.sign(text, 5)),
        ],
      },
      policy,
    );
  expect(signed(['X1', 'X2', 'Y3'])).toEqual({ trusted: true });
  expect(signed(['X1', 'X2'])).toMatchObject({ trusted: false, reason: expect.stringContaining('quorum') });
  const unsigned = { text, signatures: witnesses.map(({ signer }) => signer.sign(text, 5)) };
  expect(checkpointTrust(unsigned, policy)).toMatchObject({
    trusted: false,
    reason: expect.stringContaining('No key of the log'),
  });
  const other = text.replace(origin, 'example.com/other');
  expect(checkpointTrust({ text: other, signatures: [logSigner.sign(other, 0)] }, policy)).toMatchObject({
    trusted: false,
  });
});

test('policies with a fault are refused with the line', () => {
  const log = `log ${logSigner.verifier.vkey}`;
  const [x1, x2] = witnesses.map(({ name, signer }) => `witness ${name} ${signer.verifier.vkey}`) as [
    string,
    string,
  ];
  for (const [bad, line] of [
    [`${log}\n`, 'exactly one quorum'],
    [`${log}\nquorum none\nquorum none\n`, 'line 3'],
    [`${log}\n${log}\nquorum none\n`, 'line 2'],
    [`${x1}\n${x1.replace('X1', 'X9')}\nquorum X1\n`, 'line 2'],
    [`witness none ${x1.split(' ')[2]}\nquorum none\n`, 'line 1'],
    [`group g any X1\n${x1}\nquorum g\n`, 'line 1'],
    [`${x1}\n${x2}\ngroup a any X1\ngroup b any X1 X2\nquorum b\n`, 'line 4'],
    [`${x1}\ngroup a 2 X1\nquorum a\n`, 'line 2'],
    [`${x1}\ngroup a 0 X1\nquorum a\n`, 'line 2'],
    [`witness W ${logSigner.verifier.vkey}\nquorum W\n`, 'line 1'],
    [`log ${witnesses[0]?.signer.verifier.vkey}\nquorum none\n`, 'line 1'],
    [`${log}\nquorum nobody\n`, 'line 2'],
    [`constructor x\nquorum none\n`, 'line 1'],
    [`${log}\rquorum none\n`, 'line 1'],
  ] as const) {
    expect(() => parsePolicy(bad), bad).toThrow(line);
  }
});

test('a receipt reads back, verifies offline, and not for another entry, index, checkpoint or policy', () => {
  const entry = Buffer.from('one');
  const checkpoint = { text, signatures: [logSigner.sign(text, 0)] };
  const receipt = formatProof({ index: 0, proof: [], checkpoint, extra: Buffer.from('more') });
  expect(receipt.startsWith('c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 0\n\nexample.com/log\n1\n')).toBe(
    true,
  );
  expect(formatProof(parseProof(receipt))).toBe(receipt);
  const policy = parsePolicy(`log ${logSigner.verifier.vkey}\nquorum none\n`);
  expect(verifyProof(receipt, entry, policy)).toEqual({ valid: true, index: 0, origin });
  expect(verifyProof(receipt, Buffer.from('two'), policy)).toMatchObject({ valid: false });
  expect(verifyProof(receipt.replace('index 0', 'index 1'), entry, policy)).toMatchObject({ valid: false });
  expect(verifyProof(receipt, entry, parsePolicy(policyText))).toMatchObject({
    valid: false,
    reason: expect.stringContaining('quorum'),
  });
  expect(verifyProof(receipt, entry, parsePolicy('quorum none\n'))).toMatchObject({ valid: false });
  for (let at = 0; at < receipt.length; at += 1) {
    const flipped =
      receipt.slice(0, at) + String.fromCharCode(receipt.charCodeAt(at) ^ 1) + receipt.slice(at + 1);
    const verdict = verifyProof(flipped, entry, policy);
    // The extra data is not authenticated, as the specification says.
    if (verdict.valid) expect(receipt.slice(0, at)).toMatch(/^c2sp.org\/tlog-proof@v1\nextra [^\n]*$/);
  }
});

test('signature lines of a witness parse only when every one is whole', () => {
  const line = formatSignature(logSigner.sign(text, 0));
  expect(parseSignatureLines(line + line)).toHaveLength(2);
  expect(() => parseSignatureLines(line.slice(0, -1))).toThrow('newline');
  expect(() => parseSignatureLines(`${line}\n`)).toThrow('signature line');
});
