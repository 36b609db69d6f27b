import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addCompensated, totalOf } from './compensated-sum.ts';
import { readDuration, writeDuration } from './duration-text.ts';
import { labelSetOf, labelsOf, setLabel } from './label-set.ts';
import { readFloat, writeFixed, writeGeneral } from './number-text.ts';
import { isStaleAt, withoutStale, writeStale } from './stale.ts';
import { quote, unquote } from './string-text.ts';

describe('numbers', () => {
  test.for([
    ['+Inf', Infinity],
    ['-infinity', -Infinity],
    ['1e3', 1000],
    ['.5', 0.5],
    ['2.', 2],
    ['0x1p-2', 0.25],
  ] as const)('%s is read as Go reads it', ([text, value]) => expect(readFloat(text)).toBe(value));

  test.for(['', 'e', '1e', '--1', '1_0', 'x', ' 1'])('%j is no number', (text) =>
    expect(readFloat(text)).toBeUndefined(),
  );

  test.for([
    [1e21, '1000000000000000000000', '1e+21'],
    [0.000001, '0.000001', '1e-06'],
    [123456, '123456', '123456'],
    [-1234567.5, '-1234567.5', '-1.2345675e+06'],
    [0, '0', '0'],
    [-0, '-0', '-0'],
    [Infinity, '+Inf', '+Inf'],
  ] as const)('%d is written as Go writes it', ([value, fixed, general]) => {
    expect(writeFixed(value)).toBe(fixed);
    expect(writeGeneral(value)).toBe(general);
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(readFloat(writeFixed(value))).toBe(value);
        expect(readFloat(writeGeneral(value))).toBe(value);
      }),
    );
  });
});

test('durations are written as they are read', () => {
  expect(readDuration('1y2w3d4h5m6s7ms')).toBe(33_019_506_007);
  expect(readDuration('5m1h')).toBeUndefined();
  expect(writeDuration(90_000)).toBe('1m30s');
  expect(writeDuration(8 * 86_400_000)).toBe('8d');
  expect(writeDuration(-60_000)).toBe('-1m');
  fc.assert(
    fc.property(fc.nat(2 ** 40), (ms) => {
      expect(readDuration(writeDuration(ms))).toBe(ms);
    }),
  );
});

test('quoted text is read back, also bytes that are no UTF-8', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
      (text) => {
        expect(unquote(quote(text))).toBe(text);
      },
    ),
  );
  const broken = unquote(String.raw`"a\xff"`)!;
  expect(broken.isWellFormed()).toBe(false);
  expect(quote(broken)).toBe(String.raw`"a\xff"`);
  expect(unquote(String.raw`"\q"`)).toBeUndefined();
  expect(unquote(String.raw`"\ud800"`)).toBeUndefined();
});

test('the compensated sum of numbers and their opposites is what was added last', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), {
        maxLength: 4,
      }),
      (values) => {
        const sum = { sum: 0, compensation: 0 };
        for (const value of values.slice(0, 1)) {
          addCompensated(sum, value);
          addCompensated(sum, 1);
          addCompensated(sum, -value);
        }
        expect(totalOf(sum)).toBe(values.length === 0 ? 0 : 1);
      },
    ),
  );
});

test('the key of labels is the same exactly for the same labels', () => {
  const labels = fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }));
  fc.assert(
    fc.property(labels, labels, (a, b) => {
      const names = Object.keys(a);
      const same = names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
      expect(labelSetOf(a).key === labelSetOf(b).key).toBe(same);
      expect(labelsOf(labelSetOf(a))).toEqual(a);
      expect(setLabel(labelSetOf(a), 'k', 'v').key).toBe(labelSetOf({ ...a, k: 'v' }).key);
    }),
  );
});

test('a stale marker is told from NaN and survives copies of arrays', () => {
  const values = Float64Array.of(1, Number.NaN, 3, 4);
  writeStale(values, 2);
  const copy = values.slice();
  expect([...copy.keys()].map((index) => isStaleAt(copy, index))).toEqual([false, false, true, false]);
  expect(isStaleAt(copy.subarray(2), 0)).toBe(true);
  const kept = withoutStale(Float64Array.of(1, 2, 3, 4), values);
  expect(kept.timestamps).toEqual(Float64Array.of(1, 2, 4));
  expect(kept.values).toEqual(Float64Array.of(1, Number.NaN, 4));
});
