import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { createCatalogue } from './catalogue.ts';
import { decodeLeaf } from './leaf.ts';
import {
  detailsLimitBytes,
  envelopeLimitBytes,
  leafLimitBytes,
  maxSealedFields,
  textLimits,
} from './limits.ts';
import { ownType, type OwnField } from './own-type.ts';
import { prepareEvent } from './prepare.ts';

const catalogue = createCatalogue([
  ownType({ type: 'test.plain', title: 'Plain', retention: 'general', fields: { text: { kind: 'json' } } }),
  ownType({
    type: 'test.many-sealed',
    title: 'Many sealed fields',
    retention: 'general',
    fields: Object.fromEntries(
      Array.from({ length: 80 }, (_, index): [string, OwnField] => [
        `f${index}`,
        { kind: 'text', sensitive: 'actor' },
      ]),
    ),
  }),
]);
const context = { catalogue, source: 'shop', received: 1_767_225_600_000 };
const event = { type: 'test.plain', outcome: 'succeeded', actor: { type: 'user', id: 'usr_1' } };
const overhead = Buffer.byteLength('{"text":""}');

/** One character of each length in UTF-8 and of each way to be escaped in JSON, with its bytes in canonical JSON. */
const characters: readonly (readonly [string, number])[] = [
  ['a', 1],
  ['é', 2],
  ['€', 3],
  ['😂', 4],
  ['"', 2],
  ['\\', 2],
  ['\n', 2],
  ['\u0001', 6],
  ['\u2028', 3],
  ['/', 1],
];

test('details of exactly 51,200 bytes are taken and one byte more is refused, whatever the characters', () => {
  for (const [character, bytes] of characters) {
    const room = detailsLimitBytes - overhead;
    const full = character.repeat(Math.floor(room / bytes)) + 'a'.repeat(room % bytes);
    const { leaf } = prepareEvent({ ...event, details: { text: full } }, context);
    expect(leaf.length).toBeLessThanOrEqual(leafLimitBytes);
    expect(Buffer.byteLength(canonicalJson(decodeLeaf(leaf).details))).toBe(detailsLimitBytes);
    expect(() => prepareEvent({ ...event, details: { text: `${full}a` } }, context)).toThrow(
      /details must be at most 51200 bytes of JSON and is 51201/,
    );
  }
});

test('the limit counts bytes and not characters', () => {
  const euros = '€'.repeat(17_100);
  expect(euros.length).toBeLessThan(detailsLimitBytes);
  expect(() => prepareEvent({ ...event, details: { text: euros } }, context)).toThrow(
    /details must be at most/,
  );
});

test('around the limit, whatever the mixture of characters, the answer follows from the bytes of canonical JSON', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...characters), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: -40, max: 40 }),
      (mixture, offset) => {
        const unit = mixture.map(([character]) => character).join('');
        const unitBytes = mixture.reduce((sum, [, bytes]) => sum + bytes, 0);
        const text = unit.repeat(Math.floor((detailsLimitBytes - overhead + offset) / unitBytes));
        const padded = text + 'x'.repeat((detailsLimitBytes - overhead + offset) % unitBytes);
        const details = { text: padded };
        const size = Buffer.byteLength(canonicalJson(details));
        expect(size).toBe(detailsLimitBytes + offset);
        const attempt = () => prepareEvent({ ...event, details }, context);
        if (size <= detailsLimitBytes) expect(attempt().leaf.length).toBeLessThanOrEqual(leafLimitBytes);
        else expect(attempt).toThrow(/details must be at most/);
      },
    ),
    { numRuns: 60 },
  );
});

test('the longest envelope that the fields allow fits beside details of the full size', () => {
  const wide = (length: number) => '€'.repeat(length);
  const name = 'a'.repeat(45);
  const dotted = `${name}.${name}`;
  const longest = {
    ...event,
    id: 'x'.repeat(textLimits.id),
    action: dotted,
    source: `shop/${wide(textLimits.source - 5)}`,
    actor: {
      type: 'u'.repeat(textLimits.partyType),
      id: wide(textLimits.partyId),
      name: wide(textLimits.partyName),
    },
    target: {
      type: 'u'.repeat(textLimits.partyType),
      id: wide(textLimits.partyId),
      name: wide(textLimits.partyName),
    },
    tenant: wide(textLimits.tenant),
    traceId: wide(textLimits.traceId),
    requestId: wide(textLimits.requestId),
    address: wide(textLimits.address),
    details: { text: 'a'.repeat(detailsLimitBytes - overhead) },
  };
  const { leaf } = prepareEvent(longest, context);
  expect(leaf.length - detailsLimitBytes).toBeLessThanOrEqual(envelopeLimitBytes);
  expect(leaf.length).toBeLessThanOrEqual(leafLimitBytes);
});

test('sealed fields cost room in the envelope, so there is a limit to their number', () => {
  const fields = (many: number) =>
    Object.fromEntries(Array.from({ length: many }, (_, index) => [`f${index}`, 'v']));
  const many = { ...event, type: 'test.many-sealed' };
  const full = prepareEvent({ ...many, details: fields(maxSealedFields) }, context);
  expect(full.vaultEntries).toHaveLength(maxSealedFields);
  expect(full.leaf.length).toBeLessThan(envelopeLimitBytes);
  expect(() => prepareEvent({ ...many, details: fields(maxSealedFields + 1) }, context)).toThrow(
    /sealed must be at most 64 sensitive fields/,
  );
});

test('a sensitive value counts towards the details although it does not enter the leaf', () => {
  const details = {
    method: 'password',
    login: 'a'.repeat(400),
    extra: { text: 'a'.repeat(detailsLimitBytes - 300) },
  };
  const login = { ...event, type: 'authentication.login', details };
  expect(() => prepareEvent(login, context)).toThrow(/details must be at most 51200 bytes/);
});

test('texts that no store or reader can hold are refused with their field', () => {
  const wrong: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ actor: { type: 'user', id: 'a\0b' } }, /actor\.id must not contain control characters/],
    [{ actor: { type: 'user', id: 'a\ud800b' } }, /actor\.id must be well-formed/],
    [{ details: { text: '\udc00' } }, /details\.text must be well-formed/],
    [{ details: { text: Number.POSITIVE_INFINITY } }, /details\.text must be a finite number/],
    [{ details: JSON.parse('{"__proto__": {"x": 1}}') as object }, /details\.__proto__/],
    [{ time: '9999-12-31T23:59:59-01:00' }, /time must be in the years 0000 to 9999/],
    [{ time: '2026-02-30T00:00:00Z' }, /time must be an RFC 3339 time/],
    [{ details: [] }, /details must be an object/],
    [{ details: null }, /details must be an object/],
    [{ requestId: 'x'.repeat(101) }, /requestId must be at most 100 characters/],
  ];
  for (const [fields, message] of wrong)
    expect(() => prepareEvent({ ...event, ...fields }, context)).toThrow(message);
  for (const raw of [null, undefined, 1, 'x', []])
    expect(() => prepareEvent(raw, context)).toThrow(/not valid/);
});

test('what is sent is what the leaf says, and the leaf is canonical', () => {
  const details = { text: { z: 1, a: [true, null, 1e21, 'é\n'] } };
  const { leaf } = prepareEvent({ ...event, time: '2026-01-01T02:00:00.5+02:00', details }, context);
  const text = Buffer.from(leaf).toString('utf8');
  expect(canonicalJson(JSON.parse(text))).toBe(text);
  expect(decodeLeaf(leaf)).toEqual({
    v: 1,
    id: expect.stringMatching(/^aud_/) as string,
    time: '2026-01-01T00:00:00.500Z',
    receivedTime: '2026-01-01T00:00:00.000Z',
    type: 'test.plain',
    action: 'test.plain',
    outcome: 'succeeded',
    severity: 'info',
    source: 'shop',
    actor: { type: 'user', id: 'usr_1' },
    details,
  });
});
