import { isIPv4, isIPv6 } from 'node:net';
import type { PersonalDataClass } from '@custos/contract';
import { isBase58Address } from './base58-check.ts';
import { mask } from './mask.ts';

/**
 * Masks personal data in text that nobody has classed: log lines, error texts, what others answered. It
 * finds what has a shape: e-mail addresses, network addresses, phone numbers, wallets. Names have none, so
 * fields that hold them are classed instead.
 */

interface Shape {
  readonly class: PersonalDataClass;
  readonly pattern: RegExp;
  /** Of what the pattern finds, what really is one. */
  readonly holds?: (found: string) => boolean;
}

const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;

/**
 * Addresses of this host and of private networks (RFC 1918, RFC 4193, RFC 4291) stay: in a text they tell
 * of machines, and nobody could find the database that does not answer. In a classed field they are masked.
 */
const isPrivate = (address: string): boolean =>
  /^(?:127\.|0\.0\.0\.0$|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1?$|f[cd][\da-f]{2}:|fe[89ab][\da-f]:)/i.test(
    address,
  );

const digitsOf = (text: string): number => text.match(/\d/g)?.length ?? 0;

const shapes: readonly Shape[] = [
  {
    class: 'email',
    // RFC 5321: 64 characters before the sign, labels of 63 after it; a top-level domain is not a number.
    pattern: /[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}[\p{L}\p{N}-]{1,62}/gu,
  },
  { class: 'wallet', pattern: /(?<![0-9A-Za-z])0x[0-9a-f]{40}(?![0-9A-Za-z])/gi },
  // BIP 173: the data part has no 1, b, i and o.
  { class: 'wallet', pattern: /(?<![0-9A-Za-z])(?:bc|tb)1[ac-hj-np-z02-9]{25,87}(?![0-9A-Za-z])/gi },
  {
    class: 'wallet',
    pattern: /(?<![0-9A-Za-z])[13T][1-9A-HJ-NP-Za-km-z]{24,34}(?![0-9A-Za-z])/g,
    holds: isBase58Address,
  },
  {
    class: 'ip',
    // Four numbers after the name of a program are its version, as in `Chrome/153.0.7103.92`.
    pattern: new RegExp(
      String.raw`(?<![\d.])(?<!\bv)(?<!\b(?:Chrome|Chromium|Edg|OPR|version)[/ ])${octet}(?:\.${octet}){3}(?!\.?\d)`,
      'g',
    ),
    holds: (found) => isIPv4(found) && !isPrivate(found),
  },
  {
    class: 'ip',
    pattern: /(?<![\w:.])[0-9a-f:]{2,39}(?:\.\d{1,3}){0,3}(?![\w:])/gi,
    holds: (found) => found.length > 5 && isIPv6(found) && !isPrivate(found),
  },
  {
    class: 'phone',
    // E.164: at most 15 digits, none of the country codes begins with 0.
    pattern: /(?<![\w+])\+[1-9](?:[ ().-]{0,2}\d){7,14}(?![\w-])/g,
    holds: (found) => digitsOf(found) <= 15,
  },
  { class: 'phone', pattern: /(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w.-])/g },
];

/** What every one of the shapes has somewhere; most texts have none of it and cost next to nothing. */
const hint =
  /@|\d\.\d{1,3}\.\d|::|(?:[0-9a-f]{1,4}:){3}|0x[0-9a-f]{40}|\b(?:bc|tb)1|[13T][1-9A-HJ-NP-Za-km-z]{24}|\+[1-9]|\d{3}[-.)] ?\d{3}[-.]\d{4}/i;

const nothing: ReadonlySet<string> = new Set();

/**
 * Masks the personal data that is found in a text; `keep` are values that may stay, such as those of who
 * reads it.
 */
export function maskText(text: string, keep: ReadonlySet<string> = nothing): string {
  if (!hint.test(text)) return text;
  let masked = text;
  for (const shape of shapes) {
    masked = masked.replace(shape.pattern, (found) =>
      keep.has(found) || shape.holds?.(found) === false ? found : mask(shape.class, found),
    );
  }
  return masked;
}

/** Masks a line of JSON, value by value; what is not in quotes is left alone. */
export function maskJson(line: string): string {
  if (!hint.test(line)) return line;
  return line.replaceAll(/"(?:[^"\\]|\\.)*"/g, (quoted) => {
    if (!hint.test(quoted)) return quoted;
    const text = JSON.parse(quoted) as string;
    const masked = maskText(text);
    return masked === text ? quoted : JSON.stringify(masked);
  });
}
