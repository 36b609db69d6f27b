import { expect, test } from 'vitest';
import { compileRanges, normalAddress, parseRange, rangeText } from './ranges.ts';

const written = (text: string): string | undefined => {
  const range = parseRange(text);
  return range === undefined ? undefined : rangeText(range);
};

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['192.0.2.7/24', '192.0.2.0/24'],
  [' 10.255.1.2/9 ', '10.128.0.0/9'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['2001:db8:ffff::1/33', '2001:db8:8000::/33'],
  ['::/0', '::/0'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:c000:207', '192.0.2.7'],
  ['::ffff:192.0.2.7/120', '192.0.2.0/24'],
  ['::ffff:0:0/96', '0.0.0.0/0'],
])('%s is written as %s', (text, wanted) => {
  expect(written(text)).toBe(wanted);
  // And reads as itself.
  expect(written(wanted)).toBe(wanted);
});

test.each([
  '',
  'localhost',
  '192.0.2',
  '192.0.2.1/33',
  '192.0.2.1/-1',
  '192.0.2.1/',
  '1.2.3.4/8/8',
  '::1/129',
  'fe80::1%eth0',
  '192.0.2.256',
  '010.0.0.1',
  '*',
])('"%s" is no range', (text) => {
  expect(parseRange(text)).toBeUndefined();
});

test('an address has one spelling', () => {
  expect(normalAddress('::FFFF:192.0.2.7')).toEqual({ address: '192.0.2.7', family: 'ipv4' });
  expect(normalAddress('::ffff:c000:0207')).toEqual({ address: '192.0.2.7', family: 'ipv4' });
  expect(normalAddress('fe80::1%eth0')).toEqual({ address: 'fe80::1', family: 'ipv6' });
  expect(normalAddress('unknown')).toBeUndefined();
});

test('IPv4 is the same inside IPv6, in the rule and in the request', () => {
  const rules = ['192.0.2.0/24', '::ffff:198.51.100.0/120', '2001:db8::/32'];
  const list = compileRanges(rules);
  for (const address of ['192.0.2.9', '::ffff:192.0.2.9', '::ffff:c000:209', '198.51.100.3', '2001:db8::5']) {
    expect(list.takes(address), address).toBe(true);
  }
  for (const address of ['192.0.3.9', '::ffff:192.0.3.9', '2001:db9::5', '::192.0.2.9', 'nonsense', '']) {
    expect(list.takes(address), address).toBe(false);
  }
});

test('without rules a list takes nothing, and what cannot be read takes nothing', () => {
  expect(compileRanges([]).takes('192.0.2.1')).toBe(false);
  expect(compileRanges(['nonsense']).takes('192.0.2.1')).toBe(false);
});
