import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../events/types.ts';
import { commit, digestOf, openDisclosure } from './commitment.ts';
import { disclosedEvent } from './disclosed.ts';

test('the digest of the disclosure in section 4.2.3 of RFC 9901 is the published one', () => {
  const published = 'WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0';
  expect(digestOf(published)).toBe('X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0');
  expect(openDisclosure(published)).toEqual({
    salt: '_26bc4LT-ac6q2KI6cBW5es',
    name: 'family_name',
    value: 'Möbius',
  });
});

test('one value is committed to differently each time, under 128 bits of salt', () => {
  const made = Array.from({ length: 200 }, () => commit('address', '10.0.0.1'));
  expect(new Set(made.map(({ digest }) => digest)).size).toBe(200);
  for (const { disclosure } of made) {
    expect(Buffer.from(openDisclosure(disclosure)?.salt ?? '', 'base64url')).toHaveLength(16);
  }
});

test('what is not a disclosure is not read as one', () => {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const wrong = [
    '',
    '!',
    'e30',
    encoded(['a', 'b']),
    encoded([1, 'b', 'c']),
    encoded(['a', 2, 'c']),
    encoded(['a', 'b', 'c', 'd']),
  ];
  expect(wrong.map(openDisclosure)).toEqual(wrong.map(() => undefined));
});

const names = ['address', 'actor.name', 'details.email', 'details.card.number', 'details.note'];

/** A leaf that commits to fields, and their disclosures by name. */
function leafOf(values: Readonly<Record<string, Json>>) {
  const made = Object.entries(values).map(([name, value]) => ({ name, ...commit(name, value) }));
  const digests = made.map(({ digest }) => digest).toSorted();
  const event = { actor: { type: 'user' }, details: { kept: 1 }, sealed: { alg: 'sha-256', digests } };
  return { leaf: Buffer.from(JSON.stringify(event)), made };
}

/** The value at a path of an event. */
function at(event: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((from, name) => (from as Record<string, unknown> | undefined)?.[name], event);
}

test('any subset of fields can be disclosed: the true ones are accepted and the others stay closed', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
      fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      fc.string({ unit: 'grapheme', minLength: 12, maxLength: 40 }),
      (present, choice, secret) => {
        fc.pre(secret.isWellFormed());
        const values = Object.fromEntries(present.map((name) => [name, `${name} ${secret}`]));
        const { leaf, made } = leafOf(values);
        const chosen = made.filter((_, index) => choice[index]);
        const result = disclosedEvent(
          leaf,
          chosen.map(({ disclosure }) => disclosure),
        );
        expect(result.disclosed.toSorted()).toEqual(chosen.map(({ name }) => name).toSorted());
        expect(result.closed).toBe(made.length - chosen.length);
        for (const { name } of chosen) expect(at(result.event, name)).toBe(values[name]);
        for (const { name } of made.filter((one) => !chosen.includes(one))) {
          expect(at(result.event, name)).toBeUndefined();
        }
      },
    ),
  );
});

test('an altered disclosure is refused, whatever byte of it is altered', () => {
  const { leaf, made } = leafOf({ 'details.email': 'ada@example.com' });
  const [one] = made;
  const disclosure = one?.disclosure ?? '';
  for (let index = 0; index < disclosure.length; index += 1) {
    const altered = `${disclosure.slice(0, index)}${disclosure[index] === 'A' ? 'B' : 'A'}${disclosure.slice(index + 1)}`;
    expect(() => disclosedEvent(leaf, [altered])).toThrow(/not among the commitments/);
  }
  expect(disclosedEvent(leaf, [disclosure]).disclosed).toEqual(['details.email']);
  expect(() => disclosedEvent(leaf, [disclosure, disclosure])).toThrow(/not among the commitments/);
});

test('a disclosure of another event is refused, also for the same field and value', () => {
  const here = leafOf({ address: '10.0.0.1' });
  const there = leafOf({ address: '10.0.0.1' });
  expect(() => disclosedEvent(here.leaf, [there.made[0]?.disclosure ?? ''])).toThrow(
    /not among the commitments/,
  );
});

test('a disclosure cannot replace what the leaf says, nor reach beyond the event', () => {
  for (const name of [
    'actor.type',
    'details.kept',
    'details',
    'details.kept.deeper',
    '__proto__.admin',
    'a..b',
    '',
  ]) {
    const { leaf, made } = leafOf({ [name]: 'forged' });
    expect(() => disclosedEvent(leaf, [made[0]?.disclosure ?? ''])).toThrow(/has already or cannot have/);
  }
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
});

test('what stays closed cannot be found by trying every value, because the digest is salted', () => {
  const { leaf, made } = leafOf({ 'details.email': 'ada@example.com', address: '10.0.0.7' });
  const text = leaf.toString('utf8');
  const guesses = Array.from({ length: 256 }, (_, last) => `10.0.0.${last}`);
  const unsalted = guesses.flatMap((guess) => [
    digestOf(guess),
    digestOf(Buffer.from(JSON.stringify(['', 'address', guess])).toString('base64url')),
    digestOf(Buffer.from(JSON.stringify(['address', guess])).toString('base64url')),
  ]);
  for (const digest of unsalted) expect(text).not.toContain(digest);
  expect(text).not.toContain('ada@');
  expect(text).not.toContain('email');
  // The order of digests says nothing about the order of fields.
  const digests = made.map(({ digest }) => digest).toSorted();
  expect(at(JSON.parse(text), 'sealed.digests')).toEqual(digests);
});
