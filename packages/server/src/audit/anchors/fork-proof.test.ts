import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { formatCheckpoint } from '../log/formats/checkpoint.ts';
import { createSigner } from '../log/formats/keys.ts';
import { formatNote } from '../log/formats/signed-note.ts';
import { leafHash } from '../log/merkle/hashing.ts';
import { naiveRoot } from '../log/merkle/naive-fixture.ts';
import { leaves, logSigner, noteAt, origin } from '../log/witness/witness-fixture.ts';
import { forkProof } from './fork-proof.ts';

const source = 'the witness w';
const own = {
  log: 'general',
  origin,
  verifiers: [logSigner.verifier],
  reader: {
    head: () => ({ size: 40, root: naiveRoot(leaves.slice(0, 40)) }),
    rootAt: async (size: number) => naiveRoot(leaves.slice(0, size)),
  },
};
const others = leaves.with(0, leafHash(Buffer.from('other')));
const proofIn = (answer: string) => forkProof(answer, { source, own });

test('a checkpoint of ours that the log does not have proves a fork, or that the log went back', async () => {
  for (const answer of [noteAt(20, others), `Another root was cosigned.\n\n${noteAt(20, others)}`]) {
    expect(await proofIn(answer)).toMatchObject({
      code: 'ledger_forked',
      conflict: { source, known: { size: 20 } },
    });
  }
  expect(await proofIn(noteAt(41))).toMatchObject({
    code: 'ledger_behind',
    conflict: { known: { size: 41 } },
  });
});

test('nothing else that a witness may answer proves anything', async () => {
  const forged = createSigner({
    name: origin,
    type: 1,
    privateKey: generateKeyPairSync('ed25519').privateKey,
  });
  const signedBy = (signer: typeof forged, name: string): string => {
    const text = formatCheckpoint({ origin: name, size: 20, root: naiveRoot(others.slice(0, 20)) });
    return formatNote({ text, signatures: [signer.sign(text, 0)] });
  };
  for (const answer of [
    '',
    'no\n',
    'no\n\nno\n',
    noteAt(20),
    noteAt(40),
    signedBy(forged, origin),
    signedBy(logSigner, 'example.com/another'),
    noteAt(20, others).replace('\n20\n', '\n21\n'),
  ]) {
    expect([answer, await proofIn(answer)]).toEqual([answer, undefined]);
  }
});
