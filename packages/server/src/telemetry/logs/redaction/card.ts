import { markOf, type RedactionRule } from './types.ts';

/**
 * ISO/IEC 7812: the last digit of a card number makes the sum of Luhn a multiple of ten. `digits` are
 * digits only.
 */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = digit * 2;
    sum += index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/**
 * Prefixes and lengths in which the networks issue cards: Visa, Mastercard, American Express, Diners Club,
 * Discover, JCB, UnionPay, Maestro. Times in milliseconds or nanoseconds begin with a 1 and are none.
 */
const issued =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|3(?:0[0-5]|09|6\d|[89]\d)\d{11,16}|(?:6011|64[4-9]\d|65\d\d|62\d\d|81\d\d)\d{12,15}|35(?:2[89]|[3-8]\d)\d{12,15}|(?:50|5[6-9]|6[0379])\d{13,17})$/;

/** Digits, also in groups with one space or hyphen between. */
const candidate = /(?<![\d.])[2-68](?:[ -]?\d){12,18}(?![\d])(?!\.\d)/g;

const mark = markOf('card');

export const cardRule: RedactionRule = {
  name: 'card',
  hint: String.raw`[2-68](?:[ -]?\d){12}`,
  mask: (text) =>
    text.replace(candidate, (found) => {
      const digits = found.replaceAll(/[ -]/g, '');
      return issued.test(digits) && passesLuhn(digits) ? mark : found;
    }),
};
