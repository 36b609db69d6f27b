import type { Json } from '../events/types.ts';

/** A path and a value as one text; the first `=` ends the path, since within it that is written `%3D`. */
export function detailPair(path: string, value: string): string {
  return `${path.replaceAll('%', '%25').replaceAll('=', '%3D')}=${value}`.toWellFormed();
}

/**
 * Every scalar within details as a pair, each once: `{"a":{"b":1},"c":["x",true]}` has `a.b=1`, `c=x` and
 * `c=true`. Numbers are written as JSON writes them.
 */
export function detailPairs(details: Json): readonly string[] {
  const pairs = new Set<string>();
  const walk = (value: Json, path: string): void => {
    if (value === null || typeof value !== 'object') {
      pairs.add(detailPair(path, String(value)));
    } else if (Array.isArray(value)) {
      for (const element of value as readonly Json[]) walk(element, path);
    } else {
      for (const [name, member] of Object.entries(value))
        walk(member, path === '' ? name : `${path}.${name}`);
    }
  };
  walk(details, '');
  return [...pairs];
}
