import { describe, expect, test } from 'vitest';
import { channelPolicy, compilePolicy, probePolicy } from './policy.ts';
import { nextHop, type Hop } from './redirect.ts';
import { canonicalAddress, classifyAddress } from './special-addresses.ts';
import { parseUrl } from './target.ts';
import type { OutboundResponse } from './types.ts';

describe('listing special space', () => {
  test('a translator is opened without what lies behind it', () => {
    const rules = compilePolicy({ ...probePolicy, internal: ['64:ff9b::/96', '2002::/16'] });
    expect(rules.allowsAddress('a.test', '64:ff9b::5db8:d822')).toBe(true);
    expect(rules.allowsAddress('a.test', '64:ff9b::a00:1')).toBe(false);
    expect(rules.allowsAddress('a.test', '64:ff9b::a9fe:a9fe')).toBe(false);
    expect(rules.allowsAddress('a.test', '2002:5db8:d822::1')).toBe(true);
    expect(rules.allowsAddress('a.test', '2002:7f00:1::')).toBe(false);
    const both = compilePolicy({ ...probePolicy, internal: ['64:ff9b::/96', '10.0.0.0/8'] });
    expect(both.allowsAddress('a.test', '64:ff9b::a00:1')).toBe(true);
  });

  test('a name opens private space and nothing beyond', () => {
    const rules = compilePolicy({ ...channelPolicy, internal: ['db.corp.test', '*.lan.test'] });
    for (const host of ['db.corp.test', 'a.lan.test']) {
      expect(rules.allowsAddress(host, '10.0.0.1')).toBe(true);
      expect(rules.allowsAddress(host, 'fd12::1')).toBe(true);
      for (const address of [
        '169.254.1.1',
        '169.254.169.254',
        '100.100.100.200',
        'fd00:ec2::254',
        '0.0.0.0',
        'fe80::1',
        '224.0.0.1',
      ]) {
        expect(rules.allowsAddress(host, address)).toBe(false);
      }
    }
    expect(rules.allowsAddress('lan.test', '10.0.0.1')).toBe(false);
    expect(rules.allowsAddress('other.test', '10.0.0.1')).toBe(false);
  });

  test('a metadata address opens only to itself', () => {
    const rules = compilePolicy({ ...probePolicy, internal: ['private', '169.254.0.0/16', 'fd00:ec2::254'] });
    expect(rules.allowsAddress('a.test', '169.254.1.1')).toBe(true);
    expect(rules.allowsAddress('a.test', '169.254.169.254')).toBe(false);
    expect(rules.allowsAddress('a.test', '100.100.100.200')).toBe(false);
    expect(rules.allowsAddress('a.test', 'fd00:ec2::254')).toBe(true);
  });

  test('the ports of each use are told apart', () => {
    const rules = compilePolicy(channelPolicy);
    expect([443, 8443, 1024, 65_535].every((port) => rules.allowsPort(port, 'http'))).toBe(true);
    expect([1, 22, 25, 1023, 2049, 6667].some((port) => rules.allowsPort(port, 'http'))).toBe(false);
    expect([25, 465, 587].every((port) => rules.allowsPort(port, 'tcp'))).toBe(true);
    expect([22, 443, 6379].some((port) => rules.allowsPort(port, 'tcp'))).toBe(false);
  });
});

test('public addresses are public, in their one spelling', () => {
  for (const address of [
    '1.1.1.1',
    '93.184.216.34',
    '172.15.0.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00::1',
  ]) {
    expect([address, classifyAddress(address)]).toEqual([address, 'public']);
  }
  expect(canonicalAddress('::FFFF:5DB8:D822')).toBe('93.184.216.34');
  expect(canonicalAddress('2606:4700:0:0:0:0:0:1111')).toBe('2606:4700::1111');
  for (const text of ['', 'a', '1.2.3', '1.2.3.4.5', '0x7f.1', '010.0.0.1', 'fe80::1%lo', '[::1]', '::1::']) {
    expect(canonicalAddress(text)).toBeUndefined();
  }
});

describe('the hop after a redirect', () => {
  const rules = compilePolicy({ ...probePolicy, internal: ['private'] });
  const hop: Hop = {
    target: parseUrl('https://a.test/x', rules),
    method: 'POST',
    headers: { 'content-type': 'text/plain', authorization: 'Bearer t', accept: '*/*' },
    body: undefined,
    publicOnly: false,
  };
  const answer = (address: string, status = 302): OutboundResponse => ({
    status,
    headers: { location: 'https://b.test/' },
    body: Buffer.alloc(0),
    truncated: false,
    timing: { dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 0, totalMs: 0 },
    address,
    reused: false,
    url: 'https://a.test/x',
  });

  test('stays out of private space once a public address has answered, and for good', () => {
    expect(nextHop(hop, answer('10.0.0.1'), rules).publicOnly).toBe(false);
    const outside = nextHop(hop, answer('93.184.216.34'), rules);
    expect(outside.publicOnly).toBe(true);
    expect(nextHop(outside, answer('10.0.0.1'), rules).publicOnly).toBe(true);
  });

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ])('after %i a %s becomes a %s', (status, method, expected) => {
    expect(nextHop({ ...hop, method }, answer('10.0.0.1', status), rules).method).toBe(expected);
  });

  test('carries only harmless headers to another origin', () => {
    expect(nextHop(hop, answer('10.0.0.1'), rules).headers).toEqual({ accept: '*/*' });
  });
});
