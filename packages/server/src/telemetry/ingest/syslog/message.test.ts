import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { IncomingRecord } from '../../types.ts';
import { createFraming } from './framing.ts';
import { readMessage } from './message.ts';
import { createPeers, peerName } from './peers.ts';

const at = Date.UTC(2026, 0, 2, 3, 4, 5);
const read = (text: string): IncomingRecord =>
  readMessage(Buffer.from(text), { at, peer: '192.0.2.9' }) as IncomingRecord;

describe('RFC 5424', () => {
  test('the examples of the standard', () => {
    expect(
      read(
        "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick",
      ),
    ).toEqual({
      timeMs: Date.UTC(2003, 9, 11, 22, 14, 15, 3),
      severity: 'fatal',
      service: 'su',
      host: 'mymachine.example.com',
      traceId: '',
      spanId: '',
      message: "'su root' failed for lonvick",
      attributes: { facility: 'auth', msgid: 'ID47' },
    });
    expect(
      read(
        "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
      ),
    ).toMatchObject({
      timeMs: Date.UTC(2003, 7, 24, 12, 14, 15),
      severity: 'info',
      attributes: { facility: 'local4', pid: '8710' },
      message: "%% It's time to make the do-nuts.",
    });
    expect(
      read(
        '<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application"][examplePriority@32473 class="high"]',
      ),
    ).toMatchObject({
      message: '',
      attributes: {
        'exampleSDID@32473.iut': '3',
        'exampleSDID@32473.eventSource': 'Application',
        'examplePriority@32473.class': 'high',
      },
    });
  });

  test('escapes in structured data, and a name that comes twice', () => {
    expect(read(String.raw`<14>1 - - - - - [a b="x\"y\]z\\ \n" b="2"] m`)).toMatchObject({
      timeMs: at,
      host: '192.0.2.9',
      service: '',
      message: 'm',
      attributes: { 'a.b': String.raw`x"y]z\ \n,2` },
    });
  });

  test('what looks like it and is not well-formed is kept as text', () => {
    for (const text of ['1 - - - - - [a b="x m', '1 yesterday h a p m - x', '1 - - -', '2 - h a p m - x'])
      expect(read(`<14>${text}`)).toMatchObject({ message: text, host: '192.0.2.9' });
  });
});

describe('RFC 3164', () => {
  test.each([
    [
      '<34>Oct 11 22:14:15 mymachine su: failed',
      Date.UTC(2025, 9, 11, 22, 14, 15),
      'mymachine',
      'su',
      'failed',
    ],
    ['<13>Jan  2 03:04:05 web-1 app[77]: hi', at, 'web-1', 'app', 'hi'],
    ['<13>Jan  2 03:04:05 app[77]: no host', at, '192.0.2.9', 'app', 'no host'],
    ['<13>2026-01-02T03:04:05.000Z web-1 app: hi: there', at, 'web-1', 'app', 'hi: there'],
    ['<13>2026 Jan 2 03:04:05 web-1 app: hi', at, 'web-1', 'app', 'hi'],
    ['<13>Jan 2 2026 03:04:05: %ASA-6-1: built', at, '192.0.2.9', '%ASA-6-1', 'built'],
    ['<13>*Jan  2 03:04:05.123 UTC: %SYS-5-X: y', at + 123, '192.0.2.9', '%SYS-5-X', 'y'],
    ['<13>Dec 31 23:59:59 h a: last year', Date.UTC(2025, 11, 31, 23, 59, 59), 'h', 'a', 'last year'],
    ['<13>just text', at, '192.0.2.9', '', 'just text'],
    ['no priority', at, '192.0.2.9', '', 'no priority'],
    ['<999>x', at, '192.0.2.9', '', '<999>x'],
  ])('%s', (text, ...expected) => {
    const [timeMs, host, service, message] = expected;
    expect(read(`${text}\n`)).toMatchObject({ timeMs, host, service, message });
  });

  test('a pid is a field, and severities are those of syslog', () => {
    expect(read('<11>Jan  2 03:04:05 h app[77]: x')).toMatchObject({
      severity: 'error',
      attributes: { facility: 'user', pid: '77' },
    });
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((level) => read(`<${8 + level}>x`).severity)).toEqual([
      'fatal',
      'fatal',
      'fatal',
      'error',
      'warn',
      'info',
      'info',
      'debug',
    ]);
  });
});

test('a text that is an object is read for its fields', () => {
  for (const start of ['', '@cee: '])
    expect(read(`<14>1 - h app - - - ${start}{"msg":"hi","level":"error","a":{"b":1}}`)).toMatchObject({
      timeMs: at,
      host: 'h',
      service: 'app',
      severity: 'error',
      message: 'hi',
      attributes: { 'a.b': '1', facility: 'user' },
    });
  expect(read('<14>1 - h app - - - {broken')).toMatchObject({ message: '{broken' });
});

test('bytes that are no UTF-8 are refused, and nothing is nothing', () => {
  expect(readMessage(Buffer.from([0x3c, 0xff]), { at, peer: '' })).toMatchObject({ reason: 'not_utf8' });
  expect(readMessage(Buffer.from('\r\n'), { at, peer: '' })).toBeUndefined();
});

test('no text makes the reader fail', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.constantFrom(
      '<13>',
      '1 ',
      '- ',
      '[a',
      ' b="',
      '"]',
      '\\',
      'Jan  2 03:04:05 ',
      '2026-01-02T03:04:05Z ',
      'h ',
      'a[1]: ',
      '{"a":',
      '1}',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const found = readMessage(Buffer.from(pieces.join('')), { at, peer: 'p' });
      if (found !== undefined && 'message' in found && 'timeMs' in found)
        expect(Number.isFinite(found.timeMs)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

describe('framing', () => {
  const texts = (chunks: readonly Buffer[], limit = 1000) => {
    const split = createFraming(limit);
    const frames = chunks.map(split);
    return {
      messages: frames.flatMap(({ messages }) => messages.map(String)),
      tooLong: frames.reduce((sum, { tooLong }) => sum + tooLong, 0),
      lost: frames.some(({ lost }) => lost),
    };
  };

  test('lines and counted messages come out the same however the stream is cut', () => {
    const message = fc.tuple(fc.stringMatching(/^<[a-z0-9 ü]{1,20}$/), fc.boolean());
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 6 }),
        fc.array(fc.nat(40), { maxLength: 10 }),
        (sent, cuts) => {
          const stream = Buffer.from(
            sent
              .map(([text, counted]) => (counted ? `${Buffer.byteLength(text)} ${text}` : `${text}\n`))
              .join(''),
          );
          const chunks: Buffer[] = [];
          let from = 0;
          for (const cut of cuts) {
            chunks.push(stream.subarray(from, from + cut));
            from += cut;
          }
          chunks.push(stream.subarray(from));
          expect(texts(chunks)).toEqual({ messages: sent.map(([text]) => text), tooLong: 0, lost: false });
        },
      ),
    );
  });

  test('what is too long is left out and the next message is found', () => {
    const long = '<'.repeat(50);
    expect(texts([Buffer.from(`${long}\n<a\n50 ${long}<b\n`)], 20)).toEqual({
      messages: ['<a', '<b'],
      tooLong: 2,
      lost: false,
    });
    expect(texts([Buffer.from(long), Buffer.from(`${long}\n<a\n`)], 20)).toMatchObject({
      messages: ['<a'],
      tooLong: 1,
    });
  });

  test('a count that is none ends the stream', () => {
    expect(texts([Buffer.from('<a\n12x')])).toEqual({ messages: ['<a'], tooLong: 0, lost: true });
    expect(texts([Buffer.from('12345678901234')])).toMatchObject({ lost: true });
  });
});

test('peers are addresses and networks of both versions', () => {
  const allowed = createPeers(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']);
  expect(['10.1.2.3', '192.0.2.7', '2001:db8::1'].map(allowed)).toEqual([true, true, true]);
  expect(['11.0.0.1', '192.0.2.8', '::1', '', 'x'].map(allowed)).toEqual([false, false, false, false, false]);
  expect(createPeers([])('127.0.0.1')).toBe(false);
  expect(peerName('::ffff:10.0.0.1')).toBe('10.0.0.1');
  for (const wrong of ['10.0.0.0/33', 'host', '10.0.0.0/x', ''])
    expect(() => createPeers([wrong])).toThrow('no address or network');
});
