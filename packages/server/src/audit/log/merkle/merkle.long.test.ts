import { expect, test } from 'vitest';
import { createFrontier } from './frontier.ts';
import { leafHash } from './hashing.ts';
import { naiveLeaf, naiveNode, naiveRoots } from './naive-fixture.ts';

function* counted(count: number): Generator<Buffer> {
  for (let index = 0; index < count; index += 1) yield naiveLeaf(Buffer.from(String(index)));
}

test('the root equals that of a naive tree at every size from 0 to 70,000', () => {
  const frontier = createFrontier({ size: 0, partials: [] }, () => undefined);
  let size = 0;
  for (const root of naiveRoots(counted(70_000))) {
    if (!frontier.root().equals(root)) throw new Error(`the root at size ${size} is another`);
    frontier.append(leafHash(Buffer.from(String(size))));
    size += 1;
  }
  expect(size).toBe(70_001);
});

test('the root is right around 256 to the third, in a tree of equal leaves', () => {
  const leaf = leafHash(Buffer.from('the same'));
  const heights = [leaf];
  for (let height = 1; height <= 24; height += 1) {
    const below = heights[height - 1] as Buffer;
    heights.push(naiveNode(below, below));
  }
  /** Equal leaves make equal subtrees: the root follows from the size's binary digits. */
  const rootOf = (size: number): Buffer =>
    heights
      .filter((_, height) => Math.floor(size / 2 ** height) % 2 === 1)
      .reduce((right, hash) => naiveNode(hash, right));
  const wanted = 256 ** 3;
  const frontier = createFrontier({ size: 0, partials: [] }, () => undefined);
  const many = Buffer.concat(Array.from({ length: 65_535 }, () => leaf));
  while (frontier.size() + 65_535 < wanted) frontier.append(many);
  while (frontier.size() < wanted - 1) frontier.append(leaf);
  for (let size = wanted - 1; size <= wanted + 1; size += 1) {
    expect(frontier.size()).toBe(size);
    expect(frontier.root()).toEqual(rootOf(size));
    frontier.append(leaf);
  }
});
