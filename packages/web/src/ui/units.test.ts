import { expect, test } from 'vitest';
import { inUnit } from './units.ts';

test('values are written in their unit, with three digits that matter', () => {
  expect(inUnit('none', 0)).toBe('0');
  expect(inUnit('none', 1234)).toBe('1,234');
  expect(inUnit('none', 12_345)).toBe('12.3k');
  expect(inUnit('none', 0.012345)).toBe('0.0123');
  expect(inUnit('none', -3_456_789)).toBe('-3.46M');
  expect(inUnit('ratio', 0.4567)).toBe('45.7%');
  expect(inUnit('percent', 99.95)).toBe('100%');
  expect(inUnit('bytes', 1536)).toBe('1.5 KiB');
  expect(inUnit('bytes-per-second', -2048)).toBe('−2.0 KiB/s');
  expect(inUnit('seconds', 0.00025)).toBe('250 µs');
  expect(inUnit('seconds', 0.25)).toBe('250 ms');
  expect(inUnit('seconds', 5400)).toBe('90 min');
  expect(inUnit('milliseconds', 1500)).toBe('1.5 s');
  expect(inUnit('per-second', 3.14159)).toBe('3.14/s');
});

test('no value is a dash, which zero is not', () => {
  expect(inUnit('none', null)).toBe('–');
  expect(inUnit('none', Number.NaN)).toBe('–');
  expect(inUnit('none', -Infinity)).toBe('−∞');
});
