import { unreadable } from '../errors.ts';
import { readJsonBody } from '../json.ts';
import { deepest, type FieldKind, type Shape } from './shape.ts';

const wrong = (path: string, right: string) => unreadable(`${path} must be ${right}.`);

/** Doubles that JSON has no number for are texts (protobuf's JSON mapping). */
const specials: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

function asDouble(value: unknown, path: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const number = specials.get(value) ?? (/^[-+.\deE]+$/.test(value) ? Number(value) : Number.NaN);
    if (value === 'NaN' || !Number.isNaN(number)) return number;
  }
  throw wrong(path, 'a number');
}

function asInteger(value: unknown, path: string): number | string {
  if (typeof value === 'number' && Number.isFinite(value)) return Math.trunc(value);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  throw wrong(path, 'a whole number, or one as text');
}

function asMicros(value: unknown, path: string): number {
  // Digits are cut as text: a double does not hold today's nanoseconds.
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return Number(value.slice(0, -3));
  if (typeof value === 'number' && Number.isFinite(value)) return Math.floor(value / 1000);
  throw wrong(path, 'nanoseconds since the epoch, as text');
}

function asText(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw wrong(path, 'a text');
}

function asId(value: unknown, path: string): string {
  const text = asText(value, path).toLowerCase();
  if (!/^[\da-f]*$/.test(text)) throw wrong(path, 'hexadecimal digits');
  return text;
}

/** What each kind takes in JSON. */
const kinds: Readonly<Record<FieldKind, (value: unknown, path: string) => unknown>> = {
  text: asText,
  bool: (value, path) => {
    if (typeof value === 'boolean') return value;
    throw wrong(path, 'true or false');
  },
  double: asDouble,
  number: (value, path) => Number(asInteger(value, path)),
  zigzag: (value, path) => Number(asInteger(value, path)),
  integer: asInteger,
  count: (value, path) => Number(asInteger(value, path)),
  'fixed-count': (value, path) => Number(asInteger(value, path)),
  'fixed-integer': (value, path) => Number(asInteger(value, path)),
  nanos: asMicros,
  id: asId,
  bytes: asText,
};

function readObject(value: unknown, shape: Shape, place: { path: string; depth: number }): object {
  const { path, depth } = place;
  if (depth > deepest) throw unreadable('The body is nested too deeply.');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(path === '' ? 'The body' : path, 'an object');
  }
  const message: Record<string, unknown> = {};
  for (const { name, kind, list } of shape.fields) {
    const given = (value as Record<string, unknown>)[name];
    if (given === undefined || given === null) continue;
    const at = path === '' ? name : `${path}.${name}`;
    const one = (item: unknown): unknown =>
      typeof kind === 'function'
        ? readObject(item, kind(), { path: at, depth: depth + 1 })
        : kinds[kind](item, at);
    if (!list) message[name] = one(given);
    else if (Array.isArray(given)) message[name] = given.map(one);
    else throw wrong(at, 'a list');
  }
  return message;
}

/** Reads a message in OTLP's JSON form; gives what `readProtobuf` does. Raises `DoorError`. */
export function readJson<Type>(bytes: Buffer, shape: Shape): Type {
  return readObject(readJsonBody(bytes), shape, { path: '', depth: 0 }) as Type;
}
