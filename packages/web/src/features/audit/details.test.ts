import { expect, test } from 'vitest';
import { detailLines } from './details.ts';

test('objects are opened, lists and empty objects stay as they are', () => {
  expect(detailLines({ a: { b: 1, c: { d: 'x' } }, list: [1], none: null, empty: {}, blank: '' })).toEqual([
    { path: 'a.b', value: '1', plain: true },
    { path: 'a.c.d', value: 'x', plain: true },
    { path: 'list', value: '[1]', plain: false },
    { path: 'none', value: 'null', plain: false },
    { path: 'empty', value: '{}', plain: false },
    { path: 'blank', value: '', plain: false },
  ]);
});
