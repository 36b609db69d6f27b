import { isIPv4, isIPv6 } from 'node:net';
import type { PersonalDataClass } from '@custos/contract';

/**
 * What a value of each class of personal data looks like to those who may not see it. It keeps what helps
 * to tell things apart at work (a domain, a network, the last digits) and never the whole. A masked value
 * masked again stays what it is.
 */

const hidden = '***';

const letters = (text: string): string[] => Array.from(text);
const firstLetter = (text: string): string => String.fromCodePoint(text.codePointAt(0) ?? 0);

/** `ada@example.com` becomes `a***@example.com`. */
function maskEmail(value: string): string {
  const at = value.lastIndexOf('@');
  if (at < 1) return hidden;
  return `${firstLetter(value)}${hidden}${value.slice(at)}`;
}

const blanks = /\s+/;
const longWord = /^\p{L}.{2}/u;

/** `Ada Lovelace` becomes `A*** L***`. Of short words nothing stays: their first letter is most of them. */
function maskName(value: string): string {
  let shown = '';
  for (const word of value.split(blanks, 5)) {
    if (word === '') continue;
    shown += longWord.test(word) ? ` ${firstLetter(word)}${hidden}` : ` ${hidden}`;
  }
  return shown.slice(1);
}

/** `+44 20 7946 0958` becomes `+** ** **** **58`. */
function maskPhone(value: string): string {
  const digits = value.match(/\d/g)?.length ?? 0;
  if (digits < 6 || /[^\d\s()+./*-]/u.test(value))
    return value.includes('*') ? keepMaskedPhone(value) : hidden;
  let left = digits - 2;
  return value.replaceAll(/\d/g, (digit) => (left-- > 0 ? '*' : digit));
}

function keepMaskedPhone(value: string): string {
  return /^[\s()+./*-]*\d{2}$/u.test(value) ? value : hidden;
}

/** A postal address keeps its country: `10 Downing Street, London, United Kingdom` becomes `***, United Kingdom`. */
function maskAddress(value: string): string {
  const parts = value.split(/[,\n]/u).map((part) => part.trim());
  const last = parts.at(-1) ?? '';
  return parts.length > 1 && /^\p{L}[\p{L} .'-]{2,40}$/u.test(last) ? `${hidden}, ${last}` : hidden;
}

/** The first two of the eight groups of an IPv6 address, without leading zeros. */
function firstGroups(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const groups = tail === undefined || before.length > 1 ? before : [...before, '0', '0'];
  return groups.slice(0, 2).map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
}

/** `203.0.113.7` becomes `203.0.x.x`, `2001:db8:1::7` becomes `2001:db8:x:x:x:x:x:x`; a prefix length stays. */
function maskIp(value: string): string {
  const [, address = '', prefix = ''] = /^([^/]*)(\/\d{1,3})?$/.exec(value) ?? [];
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 2).join('.')}.x.x${prefix}`;
  if (isIPv6(plain)) return `${firstGroups(plain).join(':')}:x:x:x:x:x:x${prefix}`;
  return /^(?:\d+\.\d+\.x\.x|[\da-f]+:[\da-f]+(?::x){6})(?:\/\d+)?$/.test(value) ? value : hidden;
}

/** `0x52908400098527886E0F7030069857D2E4169EE7` becomes `0x***9EE7`: the beginning too would find it on a chain. */
function maskWallet(value: string): string {
  const [, start = '', rest = ''] = /^(0x|bc1|tb1)?(.*)$/is.exec(value) ?? [];
  if (/^\*{3}.{4}$/su.test(rest)) return value;
  return letters(rest).length < 20 ? hidden : `${start}${hidden}${letters(rest).slice(-4).join('')}`;
}

/** `GB29 NWBK 6016 1331 9268 19` becomes `***6819`. Of short numbers less stays, or nothing. */
function maskDocument(value: string): string {
  if (/^\*{3}[\p{L}\p{N}]{2,4}$/u.test(value)) return value;
  const signs = letters(value).filter((sign) => /[\p{L}\p{N}]/u.test(sign));
  const kept = signs.length >= 8 ? 4 : signs.length >= 6 ? 2 : 0;
  return kept === 0 ? hidden : `${hidden}${signs.slice(-kept).join('')}`;
}

const masks: Readonly<Record<PersonalDataClass, (value: string) => string>> = {
  email: maskEmail,
  name: maskName,
  phone: maskPhone,
  address: maskAddress,
  ip: maskIp,
  wallet: maskWallet,
  document: maskDocument,
  'free-text': () => '[hidden]',
};

/** The masked form of a value. Nothing stays nothing, so that an empty field is seen to be empty. */
export function mask(dataClass: PersonalDataClass, value: string): string {
  return value === '' ? '' : masks[dataClass](value);
}
