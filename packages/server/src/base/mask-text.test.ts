import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskJson, maskText } from './mask-text.ts';

test.each([
  ['e-mail', 'no account for ada.l+x@mail.example.co.uk.', 'no account for a***@mail.example.co.uk.'],
  ['e-mail in angles', 'To: Ada <ada@example.com>', 'To: Ada <a***@example.com>'],
  ['e-mail after a password', 'smtp://u:secret@mx.example.com', 'smtp://u:s***@mx.example.com'],
  ['e-mail with other letters', 'für jürgen@müller.example', 'für j***@müller.example'],
  ['IPv4', 'from 203.0.113.7:51423, 198.51.100.9.', 'from 203.0.x.x:51423, 198.51.x.x.'],
  [
    'IPv4 in an address',
    'GET https://x.example/lookup/203.0.113.7?a',
    'GET https://x.example/lookup/203.0.x.x?a',
  ],
  ['IPv6', 'peer [2001:db8:1::7]:443 left', 'peer [2001:db8:x:x:x:x:x:x]:443 left'],
  ['mapped IPv6', 'from ::ffff:203.0.113.7', 'from ::ffff:203.0.x.x'],
  ['phone', 'call +44 20 7946 0958 now', 'call +** ** **** **58 now'],
  ['phone without spaces', 'tel:+442079460958', 'tel:+**********58'],
  ['North American phone', 'call (555) 010-4477 or 555-010-4477', 'call (***) ***-**77 or ***-***-**77'],
  ['wallet of Ethereum', 'to 0x52908400098527886E0F7030069857D2E4169EE7.', 'to 0x***9EE7.'],
  ['wallet of Bitcoin', 'to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', 'to bc1***5mdq'],
  ['older wallet of Bitcoin', 'to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'to ***vfNa'],
  ['wallet of Tron', 'to TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', 'to ***Lj6t'],
])('text: %s', (_shape, text, shown) => {
  expect(maskText(text)).toBe(shown);
});

test.each([
  'request 550e8400-e29b-41d4-a716-446655440000 took 12.5 ms',
  'prb_01jd3k9v2w7m4q8x5t6y1z0a2c is down since 2026-11-21T07:13:23.000Z',
  'listening on http://127.0.0.1:4600 and [::1]:4600, 0.0.0.0',
  'connect ECONNREFUSED 10.0.0.5:5432, 172.20.1.1, 192.168.1.7, fd00::1, fe80::1',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/153.0.0.0 Safari/537.36',
  'custos 1.12.3, PostgreSQL 15.4, v1.2.3.4, @custos/client@0.1.0',
  'tx 0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b in block 21000000',
  'root 5fe7f977e71dba2ea1a68e21057beb9b, 00:1a:2b:3c:4d:5e, std::vector, a::b',
  '1700000000000 rows, 12345678901234567890, 2026-11-21, +0100, UTC+02:00, 1,234.56',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  '11111111111111111111111111 and 3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz',
])('text that only looks like it is left alone: %s', (text) => {
  expect(maskText(text)).toBe(text);
});

test('values that may stay do', () => {
  const keep = new Set(['ada@example.com', '203.0.113.7']);
  expect(maskText('ada@example.com and bob@example.com from 203.0.113.7', keep)).toBe(
    'ada@example.com and b***@example.com from 203.0.113.7',
  );
});

test('a line of JSON stays one, and what is escaped in it does not hide anything', () => {
  const line = JSON.stringify({
    count: 12_345_678_901_234_567_890n.toString(),
    reason: '\u001bada@example.com\n"203.0.113.7"\\\u2028',
    'bob@example.com': [1.5, null, true, { deep: 'to ada@example.com' }],
  });
  expect(JSON.parse(maskJson(line))).toEqual({
    count: '12345678901234567890',
    reason: '\u001ba***@example.com\n"203.0.x.x"\\\u2028',
    'b***@example.com': [1.5, null, true, { deep: 'to a***@example.com' }],
  });
  expect(maskJson('{"big":12345678901234567890,"to":"a@b.example"}')).toBe(
    '{"big":12345678901234567890,"to":"a***@b.example"}',
  );
});

const word = fc.stringMatching(/^[a-z]{4,12}$/);
const email = fc.tuple(word, word).map(([local, host]) => `${local}@${host}.example`);
const ip = fc.ipV4().filter((address) => !/^(127|10|172|192)\.|^0\.0\.0\.0/.test(address));
const wallet = fc.stringMatching(/^0x[0-9a-f]{40}$/);
const phone = fc.stringMatching(/^\+[1-9][0-9]{9,12}$/);
const between = fc.constantFrom(' ', ', ', ' <', '> ', '\n', '"', "'", ' (', ') ', ' = ', ';', '\u0000');

test('whatever stands around them, addresses, wallets and phone numbers do not survive', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(between, fc.oneof(email, ip, wallet, phone), between), {
        minLength: 1,
        maxLength: 6,
      }),
      (pieces) => {
        const text = pieces.map((piece) => piece.join('')).join('');
        for (const [, value] of pieces) {
          expect(maskText(text)).not.toContain(value);
          expect(maskJson(JSON.stringify({ text }))).not.toContain(value);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a long text of the worst kind is done in a moment', () => {
  const began = performance.now();
  for (const unit of ['a', '1.', ':', 'a.', '+1', '1', '0x', 'bc1', 'a@', '(555) ', "'"]) {
    maskText(unit.repeat(20_000));
  }
  expect(performance.now() - began).toBeLessThan(5_000);
});
