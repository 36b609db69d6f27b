import { markOf, type RedactionRule } from './types.ts';

const mark = markOf('secret');

const names =
  'passwords?|passwd|passphrase|pwd|secrets?|(?:client|shared|webhook)[-_ ]?secret|secret[-_ ]?(?:access[-_ ]?)?key|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|encryption[-_ ]?key|signing[-_ ]?key|authorization|set-cookie|cookie|credentials?|cvv2?|cvc2?';

/** `password=...`, `"apiKey": "..."`, `token: ...`; a quoted value goes to its quote, another to a space. */
const pair = new RegExp(
  [
    String.raw`((?:^|[^A-Za-z0-9])(?:[A-Za-z0-9]{1,40}[-_.]){0,6}[A-Za-z0-9]{0,40}?(?:${names})(?:\\?["'])?\s{0,3}(?:=>|[:=])\s{0,3})`,
    // In JSON within JSON, in quotes, bare.
    String.raw`(?:\\(["'])((?:(?!\\\2)[\s\S])*)|(["'])((?:\\[\s\S]|(?!\4)[^\\])*)|([^\s"',;&)}\]\\]+))`,
  ].join(''),
  'gi',
);

/** A password within an address, such as `postgres://user:password@host`. */
const address = /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,100}:)([^\s/@]{1,200})(?=@)/gi;

/** Schemes of `Authorization`: what follows them is of the rule for tokens. */
const scheme = /^(?:bearer|basic|digest|null|undefined|true|false|none)$/i;

export const secretRule: RedactionRule = {
  name: 'secret',
  hint: '(?i:passw|passphrase|pwd|secret|token|key|authorization|cookie|credential|cv[vc])|://[^/ ]*:',
  mask: (text) =>
    text
      .replace(pair, (found, before: string, ...groups: (string | undefined)[]) => {
        const [escapedQuote, escaped, quote, quoted, bare] = groups;
        const value = escaped ?? quoted ?? bare ?? '';
        if (value === '' || value.startsWith('[masked:') || scheme.test(value)) return found;
        const opening = escapedQuote === undefined ? (quote ?? '') : `\\${escapedQuote}`;
        return before + opening + mark;
      })
      .replace(address, (found, before: string, value: string) =>
        value.startsWith('[masked:') ? found : before + mark,
      ),
};

const lastWord = new RegExp(`(?:^|[^A-Za-z0-9])(?:${names})$|[a-z0-9](?=[A-Z])(?:${names})$`, 'i');

/**
 * True when the value of a field of this name is a secret by its name alone, such as `db.password`,
 * `x-api-key` or `clientSecret`; `token_count` is none, since the name does not end in it.
 */
export function namesSecret(field: string): boolean {
  return lastWord.test(field.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2'));
}
