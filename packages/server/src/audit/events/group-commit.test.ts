import { expect, test } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a lone item is committed at once, and what comes meanwhile shares the next commit', async () => {
  const groups: number[][] = [];
  const submit = createGroupCommit<number>(async (items) => {
    groups.push([...items]);
    await turn();
  });
  await Promise.all([1, 2, 3, 4].map(submit));
  await submit(5);
  expect(groups).toEqual([[1], [2, 3, 4], [5]]);
});

test('an item is done only when its own commit is', async () => {
  const release: (() => void)[] = [];
  const submit = createGroupCommit<number>(() => new Promise((resolve) => release.push(resolve)));
  const done: number[] = [];
  const all = [1, 2, 3].map((item) => submit(item).then(() => done.push(item)));
  await turn();
  expect(done).toEqual([]);
  release[0]?.();
  await turn();
  expect(done).toEqual([1]);
  release[1]?.();
  await Promise.all(all);
  expect(done).toEqual([1, 2, 3]);
});

test('one bad item fails alone, and the next ones go on', async () => {
  const kept: number[] = [];
  const submit = createGroupCommit<number>(async (items) => {
    await turn();
    if (items.includes(13)) throw new Error('13 cannot be kept');
    kept.push(...items);
  });
  const outcomes = await Promise.allSettled([1, 2, 13, 3].map(submit));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  await submit(4);
  expect(kept).toEqual([1, 2, 3, 4]);
});

test('a thousand at once are a few commits, in the order in which they came', async () => {
  const sizes: number[] = [];
  const order: number[] = [];
  const submit = createGroupCommit<number>(async (items) => {
    sizes.push(items.length);
    order.push(...items);
    await turn();
  });
  await Promise.all(Array.from({ length: 1000 }, (_, item) => submit(item)));
  expect(sizes).toEqual([1, 500, 499]);
  expect(order).toEqual(Array.from({ length: 1000 }, (_, item) => item));
});
