import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { receiverCertificate, startReceiver, type Receiver } from './fixtures/receiver.ts';
import { channelPolicy, probePolicy } from './policy.ts';
import { createOutbound } from './service.ts';
import type { OutboundPolicy, OutboundRequest, Refusal } from './types.ts';

let plain: Receiver;
let plainIpv6: Receiver;
let secure: Receiver;
const refusals: Refusal[] = [];

beforeAll(async () => {
  plain = await startReceiver();
  plainIpv6 = await startReceiver({ host: '::1' });
  secure = await startReceiver({ cert: receiverCertificate });
});
afterAll(async () => {
  for (const receiver of [plain, plainIpv6, secure]) await receiver.close();
});
beforeEach(() => {
  refusals.length = 0;
});

/** Answers of the test's own name server; each name gives its answers in turn and then the last again. */
const zone: Record<string, readonly (readonly string[])[]> = {
  'public.test': [['93.184.216.34']],
  'private.test': [['10.0.0.7']],
  'mixed.test': [['93.184.216.34', '127.0.0.1']],
  'mixed-first.test': [['127.0.0.1', '93.184.216.34']],
  'mapped.test': [['::ffff:127.0.0.1']],
  'zone.test': [['fe80::1%lo']],
  'receiver.test': [['127.0.0.1']],
  'other.test': [['127.0.0.1']],
};

function door(policy: OutboundPolicy) {
  const asked = new Map<string, number>();
  const outbound = createOutbound({
    policy,
    clock: systemClock,
    onRefused: (refusal) => void refusals.push(refusal),
    resolve: async (host) => {
      const turn = asked.get(host) ?? 0;
      asked.set(host, turn + 1);
      const answers = zone[host.replace(/\.$/, '')] ?? [['127.0.0.1']];
      return answers[Math.min(turn, answers.length - 1)] ?? [];
    },
  });
  return { outbound, asked };
}

const contacts = (): number => plain.contacts() + plainIpv6.contacts() + secure.contacts();

/** Makes the request and checks that it was refused, recorded once, and that nobody was contacted. */
async function expectRefused(
  policy: OutboundPolicy,
  request: OutboundRequest,
  reason: string,
): Promise<void> {
  const before = contacts();
  const { outbound } = door(policy);
  await expect(outbound.request({ purpose: 'channel chn_1', ...request })).rejects.toMatchObject({
    code: 'outbound_refused',
    reason,
    retryable: false,
    ownNetwork: false,
  });
  expect(refusals).toHaveLength(1);
  expect(refusals[0]).toMatchObject({ reason, purpose: 'channel chn_1' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(contacts()).toBe(before);
  outbound.close();
}

/** As strict as channels in what may be reached, but http, so that a contact would be an ordinary one. */
const strictHttp: OutboundPolicy = { ...probePolicy, unfollowedRedirect: 'refuse' };

describe('addresses that are not public', () => {
  const spellings = [
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '127.0.1',
    '127.8.8.8',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0x7f.0x0.0x0.0x1',
    '017700000001',
    '0177.0.0.1',
    '0177.0.0.01',
    '１２７.０.０.１',
    '①②⑦.0.0.1',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:4136:e378:8000:63bf:80ff:fffe]',
    '[fe80::1]',
    '[fec0::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
    '[100::1]',
    '[2001:db8::1]',
    '10.0.0.1',
    '10.255.255.255',
    '167772161',
    '0xa.1',
    '012.0.0.1',
    '100.64.0.1',
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'ⓛocalhost',
    'mapped.test',
    'zone.test',
    'private.test',
    'private.test.',
  ];
  test.each(spellings)('%s is refused before any contact', async (host) => {
    const port = host.startsWith('[') ? plainIpv6.port : plain.port;
    await expectRefused(strictHttp, { url: `http://${host}:${port}/` }, 'private_address');
  });

  test.each(['mixed.test', 'mixed-first.test'])(
    'a name with a public and a private address is refused whole (%s)',
    async (host) => {
      await expectRefused(strictHttp, { url: `http://${host}:${plain.port}/` }, 'private_address');
    },
  );

  test('the refusal names the address and never the path or query', async () => {
    await expectRefused(
      strictHttp,
      { url: `http://private.test:81/hook/s3cret?token=s3cret` },
      'private_address',
    );
    expect(refusals[0]).toMatchObject({ target: 'http://private.test:81', address: '10.0.0.7' });
    expect(JSON.stringify(refusals)).not.toContain('s3cret');
  });

  test('the checks on bare connections are the same', async () => {
    const before = contacts();
    const { outbound } = door(probePolicy);
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '::1',
      '[::1]',
      '::ffff:127.0.0.1',
      'localhost.',
      'mixed.test',
      'mapped.test',
    ]) {
      const target = { host, port: host.includes('::1') ? plainIpv6.port : plain.port };
      await expect(outbound.connect(target)).rejects.toMatchObject({ reason: 'private_address' });
      await expect(outbound.checkTarget(target)).rejects.toMatchObject({ reason: 'private_address' });
    }
    expect(refusals).toHaveLength(18);
    for (const host of [
      '',
      'a b',
      'a/b',
      'a:80',
      'a@b',
      'fe80::1%lo',
      '1.2.3.4:80',
      'a#b',
      'a?b',
      'a..b',
      '.',
    ]) {
      await expect(outbound.connect({ host, port: plain.port })).rejects.toMatchObject({
        reason: 'invalid_url',
      });
    }
    for (const port of [0, -1, 65_536, 1.5, Number.NaN]) {
      await expect(outbound.connect({ host: '127.0.0.1', port })).rejects.toMatchObject({ reason: 'port' });
    }
    expect(contacts()).toBe(before);
  });

  test('a metadata service is refused by name, and reached only by its own listed address', async () => {
    await expectRefused(strictHttp, { url: 'http://metadata.google.internal/' }, 'host_not_allowed');
    refusals.length = 0;
    const wide = { ...strictHttp, internal: ['private', '169.254.0.0/16', '*.internal', 'zz.test'] };
    await expectRefused(wide, { url: 'http://metadata.google.internal/' }, 'host_not_allowed');
    refusals.length = 0;
    await expectRefused(wide, { url: 'http://169.254.169.254/' }, 'private_address');
  });
});

describe('rebinding', () => {
  test('an address that turns private after the first answer is refused on the next connection', async () => {
    zone['rebind.test'] = [['93.184.216.34'], ['127.0.0.1']];
    const before = contacts();
    const { outbound, asked } = door(strictHttp);
    await outbound.checkTarget({ host: 'rebind.test', port: plain.port });
    await expect(outbound.request({ url: `http://rebind.test:${plain.port}/` })).rejects.toMatchObject({
      reason: 'private_address',
      address: '127.0.0.1',
    });
    expect(asked.get('rebind.test')).toBe(2);
    expect(refusals).toHaveLength(1);
    expect(contacts()).toBe(before);
  });

  test('one connection resolves its name once, so what was checked is what is connected to', async () => {
    // The second answer would be refused; it is never asked for.
    zone['flip.test'] = [['127.0.0.1'], ['10.0.0.1']];
    const { outbound, asked } = door({ ...strictHttp, internal: ['127.0.0.0/8'] });
    const answer = await outbound.request({ url: `http://flip.test:${plain.port}/`, reuse: false });
    expect(answer).toMatchObject({ status: 200, address: '127.0.0.1' });
    expect(asked.get('flip.test')).toBe(1);
    await expect(
      outbound.request({ url: `http://flip.test:${plain.port}/`, reuse: false }),
    ).rejects.toMatchObject({ reason: 'private_address', address: '10.0.0.1' });
  });

  test('a kept connection goes on to the address that was checked, whatever the name now says', async () => {
    zone['kept.test'] = [['127.0.0.1'], ['10.0.0.1']];
    const { outbound, asked } = door({ ...strictHttp, internal: ['127.0.0.0/8'] });
    const url = `http://kept.test:${plain.port}/`;
    expect(await outbound.request({ url })).toMatchObject({ address: '127.0.0.1', reused: false });
    expect(await outbound.request({ url })).toMatchObject({ address: '127.0.0.1', reused: true });
    expect(asked.get('kept.test')).toBe(1);
    outbound.close();
  });
});

describe('addresses of requests', () => {
  test.each([
    ['https://user:pass@public.test/', 'credentials'],
    ['https://public.test@127.0.0.1/', 'credentials'],
    ['https://127.0.0.1:80@public.test/', 'credentials'],
    ['https://:p@public.test/', 'credentials'],
    ['http://public.test/', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['gopher://127.0.0.1/', 'scheme'],
    ['ftp://public.test/', 'scheme'],
    ['data:text/plain,hi', 'scheme'],
    ['unix:/var/run/docker.sock', 'scheme'],
    ['https://', 'invalid_url'],
    ['https://a b/', 'invalid_url'],
    ['//public.test/', 'invalid_url'],
    ['https://public.test\r\nX: 1/', 'invalid_url'],
    ['https://pub\tlic.test/', 'invalid_url'],
    [' https://public.test/', 'invalid_url'],
    ['https://[fe80::1%25lo]/', 'invalid_url'],
    ['https://1.2.3.4.5/', 'invalid_url'],
    ['https://256.0.0.1/', 'invalid_url'],
    ['https://public.test:0/', 'port'],
    ['https://public.test:22/', 'port'],
    ['https://public.test:25/', 'port'],
    ['https://public.test:6000/', 'port'],
    ['https://public.test:6667/', 'port'],
  ])('%j is refused (%s)', async (url, reason) => {
    await expectRefused(channelPolicy, { url }, reason);
  });

  test('credentials never come back in a message or a record', async () => {
    await expectRefused(channelPolicy, { url: 'https://user:hunter2@public.test/' }, 'credentials');
    expect(JSON.stringify(refusals)).not.toContain('hunter2');
  });

  test('an address that is very long is refused', async () => {
    await expectRefused(channelPolicy, { url: `https://public.test/${'a'.repeat(9000)}` }, 'invalid_url');
  });

  test('checkUrl answers without the network and records nothing', () => {
    const { outbound, asked } = door(channelPolicy);
    expect(outbound.checkUrl('https://Public.test./x').href).toBe('https://public.test/x');
    expect(() => outbound.checkUrl('http://public.test/')).toThrow(/https/);
    for (const host of ['127.1', '0x7f000001', '10.0.0.1', '[::1]', '[::ffff:169.254.169.254]']) {
      expect(() => outbound.checkUrl(`https://${host}/`), host).toThrow(/is not public/);
    }
    expect(asked.size).toBe(0);
    expect(refusals).toEqual([]);
  });
});

describe('redirects', () => {
  async function redirecting(location: () => string, status = 302): Promise<Receiver> {
    return startReceiver({
      answer: (request, response) => {
        if (request.url === '/start') response.writeHead(status, { location: location() }).end();
        else response.end('arrived');
      },
    });
  }

  /** Stands for a public receiver: the address is listed, and the test looks at hops only. */
  const listed: OutboundPolicy = { ...strictHttp, internal: ['127.0.0.1/32'] };

  test('a redirect is refused and recorded when the policy says so, and nobody else is contacted', async () => {
    const receiver = await redirecting(() => `http://127.0.0.1:${plain.port}/`);
    await expectRefused(listed, { url: `http://127.0.0.1:${receiver.port}/start` }, 'redirect');
    await receiver.close();
  });

  test('a redirect is an ordinary answer when the policy says so', async () => {
    const receiver = await redirecting(() => `http://127.0.0.1:${plain.port}/`);
    const { outbound } = door({ ...listed, unfollowedRedirect: 'answer' });
    const answer = await outbound.request({ url: `http://127.0.0.1:${receiver.port}/start` });
    expect(answer.status).toBe(302);
    expect(refusals).toEqual([]);
    outbound.close();
    await receiver.close();
  });

  test.each([
    ['http://10.0.0.1/', 'private_address'],
    ['http://169.254.169.254/latest/meta-data', 'private_address'],
    ['http://[::1]/', 'private_address'],
    ['http://2852039166/', 'private_address'],
    ['http://private.test/', 'private_address'],
    ['//private.test/', 'private_address'],
    ['file:///etc/passwd', 'scheme'],
    ['gopher://127.0.0.1/', 'scheme'],
    ['http://user:pass@public.test/', 'credentials'],
    ['http://', 'redirect'],
  ])('a followed redirect to %s is refused', async (location, reason) => {
    const receiver = await redirecting(() => location);
    await expectRefused(
      listed,
      { url: `http://127.0.0.1:${receiver.port}/start`, followRedirects: 5 },
      reason,
    );
    await receiver.close();
  });

  test('redirects that go in circles end', async () => {
    const receiver = await redirecting(() => '/start');
    await expectRefused(
      listed,
      { url: `http://127.0.0.1:${receiver.port}/start`, followRedirects: 3 },
      'redirect',
    );
    expect(receiver.received).toHaveLength(4);
    await receiver.close();
  });

  test('a listed target may redirect to a listed target, without its credentials on the way to another origin', async () => {
    const receiver = await redirecting(() => `http://127.0.0.1:${plain.port}/next`);
    const { outbound } = door(listed);
    const answer = await outbound.request({
      url: `http://127.0.0.1:${receiver.port}/start`,
      headers: { authorization: 'Bearer t', 'x-api-key': 'k', cookie: 'c=1', accept: 'text/plain' },
      followRedirects: 1,
    });
    expect(answer.body.toString()).toBe('hello');
    const { headers } = plain.received.at(-1) ?? {};
    expect(headers).toMatchObject({ accept: 'text/plain' });
    expect(Object.keys(headers ?? {})).not.toEqual(expect.arrayContaining(['authorization']));
    expect(headers?.['x-api-key']).toBeUndefined();
    expect(headers?.cookie).toBeUndefined();
    outbound.close();
    await receiver.close();
  });

  test('a post becomes a get after 303, and its body never goes to another origin', async () => {
    const receiver = await redirecting(() => '/next', 303);
    const { outbound } = door(listed);
    const url = `http://127.0.0.1:${receiver.port}/start`;
    await outbound.request({
      url,
      method: 'POST',
      body: 'x',
      headers: { 'content-type': 'text/plain' },
      followRedirects: 1,
    });
    expect(receiver.received.at(-1)).toMatchObject({ method: 'GET', url: '/next', body: '' });
    await receiver.close();

    const elsewhere = await redirecting(() => `http://127.0.0.1:${plain.port}/`, 307);
    await expectRefused(
      listed,
      { url: `http://127.0.0.1:${elsewhere.port}/start`, method: 'POST', body: 'secret', followRedirects: 1 },
      'redirect',
    );
    outbound.close();
    await elsewhere.close();
  });

  test('a step from https to http is refused', async () => {
    const receiver = await startReceiver({
      cert: receiverCertificate,
      answer: (_request, response) =>
        response.writeHead(302, { location: `http://127.0.0.1:${plain.port}/` }).end(),
    });
    const url = `https://receiver.test:${receiver.port}/`;
    await expectRefused(listed, { url, tls: { ca: receiverCertificate }, followRedirects: 1 }, 'redirect');
    await receiver.close();
  });
});

describe('what is sent', () => {
  const listed: OutboundPolicy = { ...strictHttp, internal: ['127.0.0.1'], allowHostHeader: false };
  const url = (): string => `http://127.0.0.1:${plain.port}/`;

  const headerCases: Record<string, Record<string, string>> = {
    'a line break in a value': { 'X-A': 'a\r\nX-B: b' },
    'a line feed in a value': { 'X-A': 'a\nb' },
    'a NUL in a value': { 'X-A': 'a\0' },
    'a line break in a name': { 'X-A\r\nX-B': 'b' },
    'a blank in a name': { 'X A': 'b' },
    'an empty name': { '': 'b' },
    'characters beyond Latin-1': { 'X-A': '☃' },
    'one name twice': { 'x-a': '1', 'X-A': '2' },
    'another host': { Host: 'other.test' },
    'an upgrade': { Connection: 'upgrade' },
    'a transfer encoding': { 'Transfer-Encoding': 'chunked' },
    'a length of its own': { 'Content-Length': '0' },
    'credentials for a proxy': { 'Proxy-Authorization': 'x' },
    'a very long value': { 'X-A': 'a'.repeat(9000) },
    'very many headers': Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`x-${index}`, '1'])),
  };
  test.each(Object.keys(headerCases))('headers with %s are refused', async (name) => {
    await expectRefused(listed, { url: url(), headers: headerCases[name] ?? {} }, 'header');
  });

  test.each(['CONNECT', 'trace', 'GET /x HTTP/1.1\r\nX: y', ''])(
    'the method %j is refused',
    async (method) => {
      await expectRefused(listed, { url: url(), method }, 'method');
    },
  );

  test('verification of certificates cannot be switched off under the channel policy', async () => {
    const request = { url: `https://receiver.test:${secure.port}/`, tls: { rejectUnauthorized: false } };
    await expectRefused({ ...channelPolicy, internal: ['receiver.test'] }, request, 'unverified_tls');
  });
});

describe('the list of hosts', () => {
  const listed = { ...strictHttp, hosts: ['hooks.receiver.test', '*.ok.test', '93.184.216.0/24'] };

  test.each([
    'receiver.test',
    'hooks.receiver.test.evil.test',
    'xhooks.receiver.test',
    'ok.test',
    'not-ok.test',
    'ok.test.evil.test',
    '93.184.217.1',
  ])('%s is not on it', async (host) => {
    await expectRefused(listed, { url: `http://${host}:${plain.port}/` }, 'host_not_allowed');
  });

  test('names on it are allowed in any case and with a trailing dot, and still may not lead inside', async () => {
    for (const host of ['hooks.receiver.test', 'HOOKS.receiver.test.', 'a.ok.test', 'a.b.ok.test']) {
      refusals.length = 0;
      await expectRefused(listed, { url: `http://${host}:${plain.port}/` }, 'private_address');
    }
    const { outbound } = door(listed);
    expect(outbound.checkUrl('http://93.184.216.9/').hostname).toBe('93.184.216.9');
  });

  test('an empty list can mean nothing at all', async () => {
    await expectRefused(
      { ...strictHttp, emptyHosts: 'none' },
      { url: 'http://public.test/' },
      'host_not_allowed',
    );
  });

  test('a listed internal name is reached, and only that one', async () => {
    const policy: OutboundPolicy = { ...strictHttp, internal: ['receiver.test'] };
    const { outbound } = door(policy);
    expect((await outbound.request({ url: `http://receiver.test:${plain.port}/` })).status).toBe(200);
    await expectRefused(policy, { url: `http://other.test:${plain.port}/` }, 'private_address');
    outbound.close();
  });

  test.each([
    'https://a.test',
    'a b',
    '*',
    '*.',
    '10.0.0.0/33',
    '10.0.0/8',
    '1.2.3',
    '::ffff:10.0.0.0/104',
    '',
  ])('the entry %j is refused when the door is made', (entry) => {
    expect(() => door({ ...channelPolicy, internal: ['ok.test', entry] })).toThrowError(
      expect.objectContaining({
        code: 'invalid_input',
        fields: [expect.objectContaining({ field: 'internal.1' })],
      }),
    );
  });
});
