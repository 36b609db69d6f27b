import { expect, test } from 'vitest';
import { accountKey, addressKey } from './failure-keys.ts';

test('an account has one counter however its address is written, and the text is not in it', () => {
  expect(accountKey(' Ada@Example.com ')).toBe(accountKey('ada@example.com'));
  expect(accountKey('ada@example.com')).not.toBe(accountKey('eve@example.com'));
  expect(accountKey('ada@example.com')).not.toContain('ada');
});

test('an IPv4 address counts alone, also when it is written as IPv6', () => {
  expect(addressKey('192.0.2.7')).toBe('address:192.0.2.7');
  expect(addressKey('::ffff:192.0.2.7')).toBe('address:192.0.2.7');
  expect(addressKey('192.0.2.8')).not.toBe(addressKey('192.0.2.7'));
});

test('addresses of one IPv6 /64 network count together', () => {
  expect(addressKey('2001:db8:1:2::1')).toBe(addressKey('2001:0db8:0001:0002:ffff::9'));
  expect(addressKey('2001:db8:1:3::1')).not.toBe(addressKey('2001:db8:1:2::1'));
  expect(addressKey('fe80::1%eth0')).toBe(addressKey('fe80::2%eth0'));
});

test('what is not an address still has a counter of bounded length', () => {
  expect(addressKey('x'.repeat(1000)).length).toBeLessThan(100);
});
