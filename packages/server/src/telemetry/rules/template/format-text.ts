import { readFloat, writeFixed, writeGeneral } from '../../promql/number-text.ts';
import { quote } from '../../promql/string-text.ts';
import { exponentialEven, fixedEven } from './round-even.ts';
import { typeName, Whole, writeValue, type Value } from './values.ts';

const special = (value: number): string | undefined =>
  Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : undefined;

const twoDigits = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2');

/** `%.Ng` of Go: at most `precision` digits, without trailing zeros, with an exponent where that is shorter. */
export function formatGeneral(value: number, precision: number): string {
  const named = special(value);
  if (named !== undefined) return named;
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const digits = Math.max(precision, 1);
  const [mantissa = '', power = '0'] = exponentialEven(value, digits - 1).split('e');
  const exponent = Number(power);
  const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  if (exponent < -4 || exponent >= digits)
    return twoDigits(`${trimmed}e${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`);
  const fixed = fixedEven(value, Math.max(digits - 1 - exponent, 0));
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}

interface Spec {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly verb: string;
}

function ofFloat(value: number, { verb, precision }: Spec): string | undefined {
  const named = special(value);
  switch (verb) {
    case 'f':
    case 'F':
      return (
        named ??
        (Math.abs(value) >= 1e21 ? writeFixed(value) : fixedEven(value, Math.min(precision ?? 6, 100)))
      );
    case 'e':
    case 'E': {
      const text = named ?? twoDigits(exponentialEven(value, Math.min(precision ?? 6, 100)));
      return verb === 'E' ? text.toUpperCase() : text;
    }
    case 'g':
    case 'G':
    case 'v':
      return precision === undefined ? writeGeneral(value) : formatGeneral(value, Math.min(precision, 100));
    default:
      return undefined;
  }
}

function ofWhole(value: number, { verb }: Spec): string | undefined {
  switch (verb) {
    case 'd':
    case 'v':
      return String(value);
    case 'x':
      return value.toString(16);
    case 'X':
      return value.toString(16).toUpperCase();
    case 'o':
      return value.toString(8);
    case 'b':
      return value.toString(2);
    case 'c':
      return String.fromCodePoint(Math.min(Math.max(value, 0), 0x10ffff));
    default:
      return undefined;
  }
}

function ofText(value: string, { verb, precision, flags }: Spec): string | undefined {
  switch (verb) {
    case 's':
    case 'v':
      if (verb === 'v' && flags.includes('#')) return quote(value);
      return precision === undefined ? value : Array.from(value).slice(0, precision).join('');
    case 'q':
      return quote(value);
    case 'x':
      return Buffer.from(value).toString('hex');
    default:
      return undefined;
  }
}

function ofValue(value: Value, spec: Spec): string {
  let text: string | undefined;
  if (spec.verb === 'T') text = typeName(value);
  else if (typeof value === 'number') text = ofFloat(value, spec);
  else if (value instanceof Whole) text = ofWhole(value.value, spec);
  else if (typeof value === 'string') text = ofText(value, spec);
  else if (typeof value === 'boolean')
    text = spec.verb === 't' || spec.verb === 'v' ? String(value) : undefined;
  else if (spec.verb === 'v' || spec.verb === 's') text = writeValue(value);
  return text ?? `%!${spec.verb}(${typeName(value)}=${writeValue(value)})`;
}

function padded(text: string, value: Value, { flags, width }: Spec): string {
  const numeric = typeof value === 'number' || value instanceof Whole;
  const signed =
    numeric && flags.includes('+') && !/^[+-]/.test(text)
      ? `+${text}`
      : numeric && flags.includes(' ') && !/^[+-]/.test(text)
        ? ` ${text}`
        : text;
  const missing = Math.min(width, 1000) - Array.from(signed).length;
  if (missing <= 0) return signed;
  if (flags.includes('-')) return signed + ' '.repeat(missing);
  const finite = numeric && readFloat(signed.trim()) !== undefined && /\d/.test(signed);
  if (!flags.includes('0') || !finite) return ' '.repeat(missing) + signed;
  const sign = /^[+-]/.exec(signed)?.[0] ?? '';
  return sign + '0'.repeat(missing) + signed.slice(sign.length);
}

/** Go's `fmt.Sprintf` for what templates hold, its complaints included: `%!d(string=x)`. */
export function formatText(format: string, args: readonly Value[]): string {
  let used = 0;
  const text = format.replaceAll(
    /%([ +#0-]*)(\*|\d+)?(?:\.(\*|\d*))?(.)?/gsu,
    (...match: readonly string[]) => {
      const [, flags = '', width, precision, verb] = match as readonly (string | undefined)[];
      if (verb === undefined) return '%!(NOVERB)';
      if (verb === '%') return '%';
      const star = (given: string | undefined): number => {
        if (given !== '*') return Number(given ?? 0);
        const value = args[used];
        used += 1;
        return value instanceof Whole ? value.value : 0;
      };
      const wanted = star(width);
      const digits = precision === undefined ? undefined : star(precision);
      const value = args[used];
      used += 1;
      if (value === undefined) return `%!${verb}(MISSING)`;
      const spec: Spec = { flags, width: wanted, precision: digits, verb };
      return padded(ofValue(value, spec), value, spec);
    },
  );
  if (used >= args.length) return text;
  const extra = args.slice(used).map((value) => `${typeName(value)}=${writeValue(value)}`);
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}
