import { markOf, type RedactionRule } from './types.ts';

/** ISO 13616: the check digits make the number a multiple of 97, plus one; letters count as 10 to 35. */
export function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false;
  const moved = text.slice(4) + text.slice(0, 4);
  let rest = 0;
  for (let index = 0; index < moved.length; index += 1) {
    const code = moved.charCodeAt(index);
    rest = code < 58 ? (rest * 10 + code - 48) % 97 : (rest * 100 + code - 55) % 97;
  }
  return rest === 1;
}

/** As it is stored, or in groups of four as it is printed. */
const candidate =
  /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)(?![A-Za-z0-9])/g;

const mark = markOf('iban');

/** A word in capitals may follow a printed number: the longest beginning that is one is masked. */
function maskPrinted(found: string): string {
  const groups = found.split(' ');
  for (let count = groups.length; count >= 1; count -= 1) {
    if (isIban(groups.slice(0, count).join(''))) {
      return [mark, ...groups.slice(count)].join(' ');
    }
  }
  return found;
}

export const ibanRule: RedactionRule = {
  name: 'iban',
  hint: String.raw`[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2}`,
  mask: (text) => text.replace(candidate, maskPrinted),
};
