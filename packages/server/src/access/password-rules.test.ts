import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { passwordFaults } from './password-rules.ts';

const owner = { email: 'ada.lovelace@example.com', name: 'Ada Lovelace' };
const faults = (password: string) => passwordFaults(password, owner).map(({ message }) => message);

describe('new passwords', () => {
  test.each([
    'password1234',
    'Password123!',
    'P@ssw0rd2026!',
    'passwordpassword',
    'WelcomeAdmin!1',
    'Summer2026!!!',
    'qwertyuiop[]12',
    'qwertyuiopas',
    '123456789012',
    '987654321098',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    'abcdefghijkl',
    '1q2w3e4r5t6y',
    'correct horse battery staple',
    'Jennifer1987!',
    'london2012!!!',
    'Bella&Charlie1',
    'ManchesterUnited99',
    'RedSox-Yankees-2004',
    'M1ch43l_J0rd4n_23',
    'gfhjkmgfhjkm',
    'mailcreated5240',
  ])('the common password %s is refused', (password) => {
    expect(faults(password)).toEqual([expect.stringContaining('most used passwords')]);
  });

  test.each(['xx-lovelace-9981', 'ADA.LOVELACE@example.com', 'my custos login', 'AdaLovelaceRocks'])(
    'the personal password %s is refused',
    (password) => expect(faults(password)).toEqual([expect.stringContaining('must not contain your name')]),
  );

  test.each([
    'tram velvet ocean lantern',
    'golden tiger diamond winter',
    'all lower case letters',
    '83#72!94x7y#2be',
    '739104628517394',
    'пароль из кириллицы',
    'x'.repeat(60) + 'correct staple battery',
  ])('%s is taken: no rule asks for kinds of characters', (password) => {
    expect(faults(password)).toEqual([]);
  });

  test('eleven characters are too few and 129 too many, counted as people count', () => {
    expect(faults('tram velvet')).toEqual(['must be at least 12 characters']);
    expect(faults('🦊🐝🌵🚲🧵🪁🛶🧭🪐🥨🎷')).toEqual(['must be at least 12 characters']);
    expect(faults('🦊🐝🌵🚲🧵🪁🛶🧭🪐🥨🎷🍇')).toEqual([]);
    expect(faults(`${'tram velvet ocean '.repeat(7)}123`)).toEqual(['must be at most 128 characters']);
    expect(faults(`${'tram velvet ocean '.repeat(7)}12`)).toEqual([]);
  });

  test('a short part of a name does not forbid half the dictionary', () => {
    expect(passwordFaults('tram velvet ocean', { email: 'al@example.com', name: 'Al Oce' })).toEqual([]);
  });

  test('any text gets an answer, quickly', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 128, unit: 'grapheme' }), (text) => {
        expect(Array.isArray(passwordFaults(text, owner))).toBe(true);
      }),
    );
  });
});
