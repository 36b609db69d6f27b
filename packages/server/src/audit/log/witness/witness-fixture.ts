import { generateKeyPairSync } from 'node:crypto';
import { formatCheckpoint } from '../formats/checkpoint.ts';
import { createSigner } from '../formats/keys.ts';
import { formatNote } from '../formats/signed-note.ts';
import { testEntry, testKeys, testOrigins } from '../ledger-fixture.ts';
import { emptyRoot, leafHash } from '../merkle/hashing.ts';
import { naiveConsistency, naiveRoot } from '../merkle/naive-fixture.ts';
import { formatAddCheckpoint } from './add-checkpoint.ts';

/** What tests of witnesses share: one log of 64 leaves, its signer, and a witness with both kinds of key. */
export const origin = testOrigins.general;
export const logSigner = createSigner({ name: origin, type: 0x01, privateKey: testKeys(origin).ed25519 });
export const cosigners = [
  createSigner({
    name: 'witness.example/w',
    type: 0x04,
    privateKey: generateKeyPairSync('ed25519').privateKey,
  }),
  createSigner({
    name: 'witness.example/w',
    type: 0x06,
    privateKey: generateKeyPairSync('ml-dsa-44').privateKey,
  }),
];
export const leaves = Array.from({ length: 64 }, (_, index) => leafHash(testEntry(index)));

export const noteAt = (size: number, from = leaves): string => {
  const text = formatCheckpoint({
    origin,
    size,
    root: size === 0 ? emptyRoot : naiveRoot(from.slice(0, size)),
  });
  return formatNote({ text, signatures: [logSigner.sign(text, 0)] });
};
export const bodyOf = (oldSize: number, size: number, from = leaves): string =>
  formatAddCheckpoint({
    oldSize,
    proof: oldSize === 0 || oldSize > size ? [] : naiveConsistency(oldSize, from.slice(0, size)),
    note: noteAt(size, from),
  });
