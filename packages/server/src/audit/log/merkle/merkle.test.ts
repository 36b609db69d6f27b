import { expect, test } from 'vitest';
import { createFrontier, partialWidth } from './frontier.ts';
import { emptyRoot, hashBytes, leafHash, perfectRoot } from './hashing.ts';
import { naiveConsistency, naiveInclusion, naiveLeaf, naiveRoot, naiveRoots } from './naive-fixture.ts';
import { consistencyRanges, foldRange, inclusionRanges, type Subtrees } from './ranges.ts';
import { verifyConsistency, verifyInclusion } from './verify-proofs.ts';

/** The eight inputs and the roots that the Certificate Transparency project publishes. */
const inputs = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leaf = (index: number): Buffer => naiveLeaf(Buffer.from(`entry ${index}`));
const leaves = Array.from({ length: 70_001 }, (_, index) => leaf(index));

test('the roots that Certificate Transparency publishes are ours', () => {
  const frontier = createFrontier({ size: 0, partials: [] }, () => undefined);
  expect(frontier.root().toString('hex')).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
  expect(frontier.root()).toEqual(emptyRoot);
  for (const [place, input] of inputs.entries()) {
    frontier.append(leafHash(input));
    expect(frontier.root().toString('hex')).toBe(roots[place]);
  }
});

test('the root equals that of a naive RFC 6962 tree at every size to 3,000 and around powers of 256', () => {
  const checked = new Set([65_535, 65_536, 65_537, 69_999, 70_000]);
  let full = 0;
  const frontier = createFrontier({ size: 0, partials: [] }, () => (full += 1));
  let size = 0;
  for (const root of naiveRoots(leaves.slice(0, 70_000))) {
    if (size <= 3000 || checked.has(size) || size % 997 === 0)
      expect(frontier.root().equals(root), String(size)).toBe(true);
    frontier.append(leaves[size] as Buffer);
    size += 1;
  }
  // 273 full tiles of leaves and one above, as the specification's example of 70,000 says.
  expect(full).toBe(274);
  for (const sample of [1, 2, 255, 256, 257, 1000]) {
    const one = createFrontier({ size: 0, partials: [] }, () => undefined);
    one.append(Buffer.concat(leaves.slice(0, sample)));
    expect(one.root()).toEqual(naiveRoot(leaves.slice(0, sample)));
  }
});

test('a frontier goes on from its partial tiles', () => {
  const first = createFrontier({ size: 0, partials: [] }, () => undefined);
  first.append(Buffer.concat(leaves.slice(0, 66_000)));
  const partials = [0, 1, 2].map((level) => Buffer.from(first.partial(level)));
  expect(partials.map((bytes) => bytes.length / hashBytes)).toEqual(
    [0, 1, 2].map((level) => partialWidth(66_000, level)),
  );
  const second = createFrontier({ size: 66_000, partials }, () => undefined);
  for (const more of leaves.slice(66_000, 66_900)) {
    first.append(more);
    second.append(more);
  }
  expect(second.root()).toEqual(first.root());
  expect(second.size()).toBe(66_900);
});

const nodes = new Map<string, Buffer>();

function node(level: number, index: number): Buffer {
  const key = `${level}/${index}`;
  const width = 2 ** level;
  const known =
    nodes.get(key) ?? perfectRoot(Buffer.concat(leaves.slice(index * width, (index + 1) * width)), width);
  nodes.set(key, known);
  return known;
}

/** Hashes of ranges of at most 256 leaves, from the leaves themselves. */
const made = (ranges: readonly Subtrees[]): Buffer[] =>
  ranges.map((range) => foldRange(range.map(({ level, index }) => node(level, index))));

test('every consistency proof of sizes to 300 is that of RFC 6962 and verifies, and no other root does', () => {
  const known = [...naiveRoots(leaves.slice(0, 300))];
  const at = (size: number): Buffer => known[size] as Buffer;
  for (let newSize = 0; newSize <= 300; newSize += 1) {
    for (let oldSize = 0; oldSize <= newSize; oldSize += 1) {
      const proof = made(consistencyRanges(oldSize, newSize));
      const claim = { oldSize, newSize, proof, oldRoot: at(oldSize), newRoot: at(newSize) };
      if (!verifyConsistency(claim)) throw new Error(`${oldSize} to ${newSize} does not verify`);
      const isEmptyOld = oldSize === 0;
      const wrong = at((oldSize + 1) % 300 === newSize ? (oldSize + 2) % 300 : (oldSize + 1) % 300);
      if (!isEmptyOld && verifyConsistency({ ...claim, oldRoot: wrong }))
        throw new Error(`${oldSize} to ${newSize} takes another old root`);
      if (!isEmptyOld && verifyConsistency({ ...claim, newRoot: leaf(999_999) }))
        throw new Error(`${oldSize} to ${newSize} takes another new root`);
      if (verifyConsistency({ ...claim, proof: [...proof, leaf(1)] }))
        throw new Error(`${oldSize} to ${newSize} takes a longer proof`);
      if (proof.length > 0 && verifyConsistency({ ...claim, proof: proof.slice(1) }))
        throw new Error(`${oldSize} to ${newSize} takes a shorter proof`);
      if (newSize % 50 === 7 && oldSize > 0)
        expect(proof).toEqual(naiveConsistency(oldSize, leaves.slice(0, newSize)));
    }
  }
});

test('every inclusion proof of sizes to 130 is that of RFC 6962 and verifies for its own leaf and index only', () => {
  for (let size = 1; size <= 130; size += 1) {
    const root = naiveRoot(leaves.slice(0, size));
    for (let index = 0; index < size; index += 1) {
      const proof = made(inclusionRanges(index, size));
      const claim = { index, size, root, proof, leafHash: leaves[index] as Buffer };
      if (!verifyInclusion(claim)) throw new Error(`${index} of ${size} does not verify`);
      if (verifyInclusion({ ...claim, leafHash: leaf(999_999) }))
        throw new Error(`${index} of ${size} takes another leaf`);
      if (verifyInclusion({ ...claim, index: (index + 1) % size }) && size > 1)
        throw new Error(`${index} of ${size} takes another index`);
      if (verifyInclusion({ ...claim, proof: [...proof, root] }))
        throw new Error(`${index} of ${size} takes a longer proof`);
      if (size % 40 === 3) expect(proof).toEqual(naiveInclusion(index, leaves.slice(0, size)));
    }
  }
  expect(verifyInclusion({ index: 1, size: 1, root: leaf(0), proof: [], leafHash: leaf(0) })).toBe(false);
  expect(verifyInclusion({ index: -1, size: 1, root: leaf(0), proof: [], leafHash: leaf(0) })).toBe(false);
  expect(verifyInclusion({ index: 0.5, size: 1, root: leaf(0), proof: [], leafHash: leaf(0) })).toBe(false);
});
