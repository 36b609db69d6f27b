import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, pageFrom, readCursor } from './paging.ts';

test('a cursor comes back as the key it was made of', () => {
  fc.assert(
    fc.property(fc.string(), fc.maxSafeInteger(), (text, number) => {
      const cursor = encodeCursor([text, number]);
      expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(decodeCursor(cursor, ['string', 'number'])).toEqual([text, number]);
    }),
  );
});

test.each([
  ['nothing', ''],
  ['noise', '%%%'],
  ['another type', encodeCursor(['x'])],
  ['too many parts', encodeCursor([1, 2])],
  ['half a number', encodeCursor([1.5])],
  ['a number that no store holds', encodeCursor([1e300])],
  ['something else', Buffer.from('{"length":1}').toString('base64url')],
])('a cursor of %s is refused by name', (_what, cursor) => {
  expect(() => decodeCursor(cursor, ['number'])).toThrow(
    expect.objectContaining({
      code: 'invalid_input',
      fields: [{ field: 'cursor', message: expect.any(String) }],
    }),
  );
});

test('any text at all is either a cursor or refused, never a defect', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        decodeCursor(text, ['string', 'number']);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_input' });
      }
    }),
  );
});

test('the row too many says that there is more and is not shown', () => {
  const page = pageFrom(['a', 'b', 'c'], 2, (row) => row);
  expect(page.items).toEqual(['a', 'b']);
  expect(readCursor(page.nextCursor ?? '')).toBe('b');
  expect(pageFrom(['a', 'b'], 2, (row) => row)).toEqual({ items: ['a', 'b'], nextCursor: null });
  expect(pageFrom([], 2, (row) => [row])).toEqual({ items: [], nextCursor: null });
  expect(readCursor(undefined)).toBeUndefined();
});
