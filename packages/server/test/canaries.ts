import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The forms in which a text may lie in a file. Base 64 has three, by where in three bytes the text begins. */
function formsOf(text: string): readonly (readonly [string, Buffer])[] {
  const utf8 = Buffer.from(text, 'utf8');
  const utf16 = Buffer.from(text, 'utf16le');
  const base64 = [0, 1, 2].flatMap((shift) => {
    const coded = Buffer.concat([Buffer.alloc(shift), utf8]).toString('base64');
    // Without the characters that depend on what stands before and behind.
    const inner = coded
      .slice(shift === 0 ? 0 : shift + 1)
      .replace(/=*$/, '')
      .slice(0, -1);
    const url = inner.replaceAll('+', '-').replaceAll('/', '_');
    return [...new Set([inner, url])].map((form) => [`base64 at ${shift}`, Buffer.from(form)] as const);
  });
  return [
    ['utf8', utf8],
    ['upper case', Buffer.from(text.toUpperCase())],
    ['lower case', Buffer.from(text.toLowerCase())],
    ['utf16le', utf16],
    ['utf16be', Buffer.from(utf16).swap16()],
    ['hex', Buffer.from(utf8.toString('hex'))],
    ['HEX', Buffer.from(utf8.toString('hex').toUpperCase())],
    ['percent', Buffer.from([...utf8].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))],
    ['reversed', Buffer.from(utf8).reverse()],
    ...base64,
  ];
}

/** Where any of the texts is found in the bytes, in any form: `name: form of text`. */
export function canariesIn(name: string, bytes: Buffer, texts: readonly string[]): string[] {
  return texts.flatMap((text) =>
    formsOf(text)
      .filter(([, form]) => bytes.includes(form))
      .map(([form]) => `${name}: ${form} of ${text}`),
  );
}

/** Files below a directory; those that go away meanwhile are left out. */
export function filesBelow(directory: string): { readonly name: string; readonly bytes: Buffer }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const name = join(entry.parentPath, entry.name);
      try {
        return [{ name, bytes: readFileSync(name) }];
      } catch {
        return [];
      }
    });
}

/** The same for every file below a directory. */
export function canariesBelow(directory: string, texts: readonly string[]): string[] {
  return filesBelow(directory).flatMap(({ name, bytes }) => canariesIn(name, bytes, texts));
}
