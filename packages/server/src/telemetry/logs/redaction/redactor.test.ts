import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passesLuhn } from './card.ts';
import { isIban } from './iban.ts';
import { createRedactor } from './redactor.ts';

const redactor = createRedactor();
const clean = (text: string): string => redactor.text(text)?.text ?? text;

/** Test numbers of the card networks and of payment providers. */
const cards = [
  '4111111111111111',
  '4111 1111 1111 1111',
  '4012-8888-8888-1881',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '3714 496353 98431',
  '6011111111111117',
  '30569309025904',
  '3530111333300000',
  '6200000000000005',
];
/** Examples of the IBAN registry. */
const ibans = [
  'DE89370400440532013000',
  'DE89 3704 0044 0532 0130 00',
  'GB29NWBK60161331926819',
  'FR14 2004 1010 0505 0001 3M02 606',
  'CH93 0076 2011 6238 5295 7',
  'NO9386011117947',
  'MT84MALT011000012345MTLCAST001S',
];

describe('what is masked', () => {
  test.each(cards)('the card number %s', (card) => {
    expect(redactor.text(`paid with ${card}, thanks`)).toEqual({
      text: 'paid with [masked:card], thanks',
      by: ['card'],
    });
    expect(clean(`{"pan":"${card}"}`)).toBe('{"pan":"[masked:card]"}');
  });

  test.each(ibans)('the account number %s', (iban) => {
    expect(redactor.text(`refund to ${iban}.`)).toEqual({ text: 'refund to [masked:iban].', by: ['iban'] });
    expect(clean(`to ${iban} TODAY`)).toBe('to [masked:iban] TODAY');
  });

  test.each([
    ["mail to jürgen.o'neil+shop@post.example.de failed", 'mail to [masked:email] failed'],
    ['<a@b.co>', '<[masked:email]>'],
    ['login password=hunter2 ok', 'login password=[masked:secret] ok'],
    ['PASSWORD: "a \\" b", next', 'PASSWORD: "[masked:secret]", next'],
    ['{"db_password":"x y","n":1}', '{"db_password":"[masked:secret]","n":1}'],
    ['"{\\"apiKey\\":\\"abc def\\",\\"n\\":1}"', '"{\\"apiKey\\":\\"[masked:secret]\\",\\"n\\":1}"'],
    ["'clientSecret' => 'abc'", "'clientSecret' => '[masked:secret]'"],
    ['GET /cb?token=abc123&next=1', 'GET /cb?token=[masked:secret]&next=1'],
    ['postgres://shop:p%40ss@db:5432/shop', 'postgres://shop:[masked:secret]@db:5432/shop'],
    ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG', 'AWS_SECRET_ACCESS_KEY=[masked:secret]'],
    ['Authorization: Bearer abc123def456', 'Authorization: Bearer [masked:token]'],
    ['using key AKIAIOSFODNN7EXAMPLE now', 'using key [masked:token] now'],
    [`ghp_${'a1B2'.repeat(9)}!`, '[masked:token]!'],
    [`sk_${'live'}_4eC39HqLyjWDarjtT1zdp7dc`, '[masked:token]'],
    [`xoxb-${'1234567890'}-abcdef`, '[masked:token]'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl, ok', 'jwt [masked:token], ok'],
    [
      'key:\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc==\n-----END RSA PRIVATE KEY-----\nafter',
      'key:\n[masked:private-key]\nafter',
    ],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb', '[masked:private-key]'],
  ])('%s', (text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  test('a value whose field is named like a secret', () => {
    for (const field of ['password', 'db.password', 'x-api-key', 'clientSecret', 'http.header.Cookie', 'CVV'])
      expect(redactor.value(field, 'short')).toEqual({ text: '[masked:secret]', by: ['secret'] });
    for (const field of ['token_count', 'passwordless', 'key', 'secretary', 'turkey'])
      expect(redactor.value(field, 'short')).toBeUndefined();
  });

  test('an address in the name of a field or service', () => {
    expect(redactor.name('count.ann@example.com')).toMatchObject({ text: '[masked:email]' });
    expect(redactor.name('count.ann@example.com')).toMatchObject({ text: '[masked:email]' });
    expect(redactor.name('shop')).toBeUndefined();
  });
});

describe('what is left alone', () => {
  test.each([
    'started in 1780000000000 ms, order 4111111111111112',
    'epoch 1763719200123456789 ns',
    'trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331',
    'DE89370400440532013001 is mistyped',
    'a key of the keyboard, the secretary, a token bucket',
    'tokens: 512, token_count=7',
    'basic knowledge, bearer of news',
    'https://shop.example.com:8443/path?at=@2x',
    'user @ann mentioned',
    '-----BEGIN CERTIFICATE-----',
    'GET /api/v1/orders/17 answered 200 in 12.5 ms',
    '4111111111111111.5 seconds',
    'password: null',
  ])('%s', (text) => {
    expect(redactor.text(text)).toBeUndefined();
  });
});

describe('for any text', () => {
  const noise = fc.stringMatching(/^[a-z ,;(]{0,30}$/);
  const digits = (length: number): fc.Arbitrary<string> =>
    fc.stringMatching(new RegExp(String.raw`^\d{${length}}$`));

  test('a card number made by the rule of Luhn is found, whatever stands around it', () => {
    const card = fc
      .tuple(fc.constantFrom('4', '51', '55', '2221', '2720', '6011', '65', '62', '3528'), digits(15), noise)
      .map(([prefix, rest]) => `${prefix}${rest}`.slice(0, 15))
      .map(
        (body) =>
          '0123456789'
            .split('')
            .map((digit) => body + digit)
            .find(passesLuhn) ?? '',
      );
    fc.assert(
      fc.property(noise, card, noise, (before, number, after) => {
        expect(clean(`${before} ${number} ${after}`)).toBe(`${before} [masked:card] ${after}`);
      }),
    );
  });

  test('an account number with right check digits is found', () => {
    const iban = fc.stringMatching(/^[A-Z]{4}\d{14}$/).map((body) => {
      const country = 'DE';
      for (let check = 2; check < 99; check += 1) {
        const text = `${country}${String(check).padStart(2, '0')}${body}`;
        if (isIban(text)) return text;
      }
      return '';
    });
    fc.assert(
      fc.property(noise, iban, (before, number) => {
        expect(clean(`${before} ${number}`)).toBe(`${before} [masked:iban]`);
      }),
    );
  });

  test('masking a second time changes nothing', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        'password=',
        '"token": "',
        'Bearer ',
        '@a.bc',
        'x',
        '"',
        '\\"',
        ' ',
        'sk_live_abcdefghijkl',
      ),
      fc.constantFrom(...cards, ...ibans, 'postgres://a:b@c', '-----BEGIN PRIVATE KEY-----'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = clean(pieces.join(''));
        expect(clean(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  test('the hint of a rule finds every text that the rule would change', () => {
    const piece = fc.constantFrom(
      ...cards,
      ...ibans,
      'PASSWORD=a1',
      'Token: b2',
      'BEARER abc123def',
      'ann@example.org',
      'redis://:pw@cache',
      'AKIAIOSFODNN7EXAMPLE',
      'word',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), (pieces) => {
        const text = pieces.join('');
        const always = createRedactor({ own: [{ name: 'never', pattern: 'zzzzzz' }] });
        expect(redactor.text(text)?.text).toBe(always.text(text)?.text);
      }),
    );
  });

  test('no text of 64 KiB takes long', () => {
    const kib64 = 65_536;
    for (const unit of [
      'a-',
      'a.b_',
      '@a.',
      'password',
      'password=',
      '4 1',
      '41',
      'DE12 ',
      '://a:',
      "'",
      '\\"',
      'eyJaaaaa.',
    ]) {
      const text = unit.repeat(kib64 / unit.length);
      const started = performance.now();
      redactor.text(text);
      // Not a measurement: backtracking without bound would take minutes.
      expect(performance.now() - started, unit).toBeLessThan(5_000);
    }
  });
});

describe('configuration', () => {
  test('a built-in rule can be switched off', () => {
    const without = createRedactor({ off: ['email', 'secret'] });
    expect(without.text('ann@example.com password=x 4111111111111111')).toMatchObject({
      text: 'ann@example.com password=x [masked:card]',
    });
    expect(without.value('password', 'x')).toBeUndefined();
  });

  test('an own rule masks its first group, with and without a hint', () => {
    for (const contains of [undefined, ['TICKET']]) {
      const own = createRedactor({
        own: [{ name: 'ticket', pattern: String.raw`ticket (\d+)`, ...(contains && { contains }) }],
      });
      expect(own.text('ticket 12 and ticket 345')).toEqual({
        text: 'ticket [masked:ticket] and ticket [masked:ticket]',
        by: ['ticket'],
      });
    }
  });

  test('a wrong own rule is refused in words', () => {
    expect(() => createRedactor({ own: [{ name: 'x', pattern: '(' }] })).toThrow(/missing/);
    expect(() => createRedactor({ own: [{ name: 'x', pattern: 'a*' }] })).toThrow('empty text');
    expect(() => createRedactor({ off: ['e-mail'] })).toThrow('they are private-key, token, secret, email');
    expect(() => createRedactor({ own: [{ name: 'X Y', pattern: 'a' }] })).toThrow('no name of a rule');
  });
});
