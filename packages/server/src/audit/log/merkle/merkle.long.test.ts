import { expect, test } from 'vitest';
import { createFrontier } from './frontier.ts';
import { leafHash } from './hashing.ts';
import { naiveLeaf, naiveRoots } from './naive-fixture.ts';

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

test('the root is right around 256 to the third', () => {
  const wanted = 256 ** 3;
  const frontier = createFrontier({ size: 0, partials: [] }, () => undefined);
  let size = 0;
  let checked = 0;
  const leaves = Buffer.alloc(32);
  for (const root of naiveRoots(counted(wanted + 1))) {
    if (size >= wanted - 1) {
      expect(frontier.root()).toEqual(root);
      checked += 1;
    }
    leaves.set(leafHash(Buffer.from(String(size))));
    frontier.append(leaves);
    size += 1;
  }
  expect(checked).toBe(3);
});
