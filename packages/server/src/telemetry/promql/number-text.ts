/** Doubles as Go reads and writes them, since label values and messages carry them. */

/**
 * Reads a number as Go's `ParseFloat` does: decimal, hexadecimal, `Inf`, `infinity` and `NaN` in any case
 * with a sign. `undefined` when the text is none of these.
 */
export function readFloat(text: string): number | undefined {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (special !== null) {
    if (special[2]!.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? -Infinity : Infinity;
  }
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  const hexadecimal = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)$/i.exec(text);
  if (hexadecimal === null || `${hexadecimal[2]}${hexadecimal[3]}` === '') return undefined;
  const mantissa = Number.parseInt(`${hexadecimal[2]}${hexadecimal[3]}`, 16);
  const value = mantissa * 2 ** (Number(hexadecimal[4]) - 4 * hexadecimal[3]!.length);
  return hexadecimal[1] === '-' ? -value : value;
}

/** The shortest digits that read back to `value`, and the power of ten of the first of them. */
function shortest(value: number): { readonly digits: string; readonly exponent: number } {
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : undefined;
}

const sign = (value: number): string => (value < 0 || Object.is(value, -0) ? '-' : '');

/** Writes a number without an exponent, as Go's format `f` with the shortest digits. */
export function writeFixed(value: number): string {
  const named = special(value);
  if (named !== undefined) return named;
  const { digits, exponent } = shortest(value);
  if (exponent < 0)
    return `${sign(value)}0.${'0'.repeat(-exponent - 1)}${digits}`.replace(/^(-?)0\.0*0$/, '$10');
  if (digits.length <= exponent + 1) return sign(value) + digits.padEnd(exponent + 1, '0');
  return `${sign(value)}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** Writes a number as Go's `%g` and `%v` do: with an exponent below 1e-4 and from 1e6 on. */
export function writeGeneral(value: number): string {
  const named = special(value);
  if (named !== undefined) return named;
  const { digits, exponent } = shortest(value);
  if (value === 0 || (exponent >= -4 && exponent < 6)) return writeFixed(value);
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return `${sign(value)}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${power}`;
}
