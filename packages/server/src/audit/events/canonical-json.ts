import { unfitEvent } from './errors.ts';

/** Nesting beyond this is refused; it would exhaust the stack of readers before it means anything. */
export const maxDepth = 32;

/** Raised with the place of what is not JSON; callers see the `invalid_input` made of it. */
function notJson(path: readonly (string | number)[], message: string): Error {
  return unfitEvent([{ field: path.join('.') || 'event', message }]);
}

type Path = (string | number)[];

/** Text that JSON writes as it is. */
const plain = /^[ !#-[\]-~]*$/;

function writeString(text: string, path: Path): string {
  // By far most texts; everything else costs several times as much to find out about.
  if (plain.test(text)) return `"${text}"`;
  // RFC 8785 section 3.2.2.2: what is not Unicode has no canonical form.
  if (!text.isWellFormed())
    throw notJson(path, 'must be well-formed Unicode and has half of a surrogate pair');
  return JSON.stringify(text);
}

/**
 * Sorts names in place by UTF-16 code units, which is how JavaScript compares texts (RFC 8785 section 3.2.3).
 * By insertion while they are few, since they mostly stand in order already.
 */
function sortNames(names: string[]): string[] {
  if (names.length > 32) return names.sort();
  for (let at = 1; at < names.length; at += 1) {
    const name = names[at] as string;
    let to = at;
    while (to > 0 && (names[to - 1] as string) > name) {
      names[to] = names[to - 1] as string;
      to -= 1;
    }
    names[to] = name;
  }
  return names;
}

function writeObject(value: object, path: Path): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw notJson(path, 'must be a plain object, array, text, number, boolean or null');
  }
  let text = '{';
  for (const key of sortNames(Object.keys(value))) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    path.push(key);
    if (key === '__proto__') throw notJson(path, 'is a name that programs may mistake for something else');
    text += `${text === '{' ? '' : ','}${writeString(key, path)}:${write(member, path)}`;
    path.pop();
  }
  return `${text}}`;
}

function writeArray(values: readonly unknown[], path: Path): string {
  const parts: string[] = [];
  for (const [index, value] of values.entries()) {
    path.push(index);
    parts.push(write(value, path));
    path.pop();
  }
  return `[${parts.join(',')}]`;
}

function write(value: unknown, path: Path): string {
  if (typeof value === 'string') return writeString(value, path);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notJson(path, 'must be a finite number');
    // RFC 8785 section 3.2.2.3 takes ECMAScript's own form; `-0` becomes `0` as there.
    return String(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') throw notJson(path, 'must be JSON');
  if (path.length >= maxDepth) throw notJson(path.slice(0, 4), `must be nested at most ${maxDepth} deep`);
  return Array.isArray(value) ? writeArray(value, path) : writeObject(value, path);
}

/**
 * The canonical JSON of a value (RFC 8785, JCS): no white space, members in the order of their UTF-16 code
 * units, numbers as ECMAScript writes them. Members that are `undefined` are left out, as `JSON.stringify`
 * does. Raises `invalid_input` that names the place for what is not JSON: half of a surrogate pair, a
 * number that is not finite, a date, a class instance, a bigint, nesting beyond 32. `place` is where the
 * value lies in what the caller knows.
 */
export function canonicalJson(value: unknown, place: readonly string[] = []): string {
  return write(value, [...place]);
}

/** {@link canonicalJson} of an object of which some members are canonical JSON already. */
export function canonicalMembers(
  value: Readonly<Record<string, unknown>>,
  ready: Readonly<Record<string, string>>,
): string {
  let members = '{';
  for (const key of sortNames([...Object.keys(value), ...Object.keys(ready)])) {
    const text = Object.hasOwn(ready, key)
      ? ready[key]
      : value[key] === undefined
        ? undefined
        : write(value[key], [key]);
    if (text !== undefined) members += `${members === '{' ? '' : ','}${writeString(key, [])}:${text}`;
  }
  return `${members}}`;
}
