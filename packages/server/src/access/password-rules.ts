import { dictionary } from '@zxcvbn-ts/language-common';
import type { FieldFault } from '../base/errors.ts';
import { commonNames } from './common-names.ts';
import { commonPasswords, commonWords } from './common-passwords.ts';

/** Who the password is for: what an attacker tries first. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
}

const minimum = 12;
const maximum = 128;
const product = 'custos';
const sequences = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
].flatMap((row) => [row, row.split('').toReversed().join('')]);

const words = new Set([...commonWords, ...commonNames]);
const longestWord = Math.max(...[...words].map((word) => word.length));

const signs: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
};
const letterSigns: Readonly<Record<string, string>> = { '@': 'a', $: 's', '!': 'i' };

function compact(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/gu, '');
}

function onlyLetters(text: string): string {
  return text.replaceAll(/[^\p{L}]/gu, '');
}

/** `p4ssw0rd` as `password`: signs that stand for letters, read as those letters. */
function unmasked(text: string): string {
  return Array.from(text, (sign) => signs[sign] ?? letterSigns[sign] ?? sign).join('');
}

/**
 * True when the text is a chain of one to three common words and nothing else. Four are let through: a
 * phrase, even of common words, is what people should use.
 */
function isCommonWords(text: string): boolean {
  const fewest: number[] = [0];
  for (let end = 1; end <= text.length; end += 1) {
    let best = Number.POSITIVE_INFINITY;
    for (let start = Math.max(0, end - longestWord); start < end; start += 1) {
      if (words.has(text.slice(start, end))) best = Math.min(best, (fewest[start] ?? best) + 1);
    }
    fewest.push(best);
  }
  const count = fewest.at(-1) ?? 0;
  return count >= 1 && count <= 3;
}

/** True for one or few characters repeated, and for a walk along the alphabet, digits or a keyboard row. */
function isPattern(text: string): boolean {
  for (let size = 1; size <= 4; size += 1) {
    if (
      text ===
      text
        .slice(0, size)
        .repeat(Math.ceil(text.length / size))
        .slice(0, text.length)
    )
      return true;
  }
  return sequences.some((row) => row.includes(text) || row.repeat(7).includes(text));
}

/** The most used passwords of public leaks, lower case. */
const leaked = new Set(dictionary['passwords-common']);

function isCommon(password: string): boolean {
  const text = compact(password);
  if (leaked.has(text) || commonPasswords.has(text) || isPattern(text)) return true;
  // Digits and signs at the ends are what people append; inside, they may stand for letters.
  const core = text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  if (core.length >= 6 && (leaked.has(core) || isPattern(core))) return true;
  return [core, unmasked(core), unmasked(text)]
    .map((reading) => onlyLetters(reading))
    .some((letters) => letters.length * 3 >= text.length && isCommonWords(letters));
}

/** Parts of the owner's name and address, and the product's name, of a length that means something. */
function personalParts({ email, name }: PasswordOwner): string[] {
  const mailbox = email.split('@')[0] ?? '';
  const parts = [email, mailbox, ...mailbox.split(/[^\p{L}\p{N}]+/u), compact(name), ...name.split(/\s+/u)];
  return [product, ...parts.map((part) => part.toLowerCase())].filter((part) => part.length >= 4);
}

/**
 * What is wrong with a new password, or nothing. Length is what counts: 12 to 128 characters and no
 * composition rules (NIST SP 800-63B-4; OWASP ASVS 5.0, 6.2.1, 6.2.5, 6.2.9). Refused are the most used
 * passwords and patterns (6.2.4) and those that hold the owner's name, address or the product's name
 * (6.2.11). Works without any network.
 */
export function passwordFaults(password: string, owner: PasswordOwner, field = 'password'): FieldFault[] {
  const length = Array.from(password).length;
  if (length < minimum) return [{ field, message: `must be at least ${minimum} characters` }];
  if (length > maximum) return [{ field, message: `must be at most ${maximum} characters` }];
  const text = compact(password);
  if (personalParts(owner).some((part) => text.includes(part))) {
    return [{ field, message: 'must not contain your name, your e-mail address or the name Custos' }];
  }
  if (isCommon(password)) {
    return [
      { field, message: 'is one of the most used passwords or a simple pattern; try four unrelated words' },
    ];
  }
  return [];
}
