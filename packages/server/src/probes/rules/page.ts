import type { Page } from '@custos/contract';
import { invalidInput } from '../../base/errors.ts';

type Key = readonly [name: string, id: string];
type Keyed = { readonly name: string; readonly id: string };

const before = (left: Key, right: Key): boolean =>
  left[0] < right[0] || (left[0] === right[0] && left[1] < right[1]);

/**
 * One page of things in the order of their names. The cursor holds the name and id of the last one shown,
 * so what is added or deleted meanwhile neither repeats nor hides others.
 */
export function pageByName<Item extends Keyed>(
  items: Iterable<Item>,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Page<Item> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const sorted = [...items].toSorted((left, right) =>
    before([left.name, left.id], [right.name, right.id]) ? -1 : 1,
  );
  const rest = after === undefined ? sorted : sorted.filter(({ name, id }) => before(after, [name, id]));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const more = last !== undefined && rest.length > limit;
  return { items: page, nextCursor: more ? writeCursor([last.name, last.id]) : null };
}

const writeCursor = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url');

function readCursor(text: string): Key {
  try {
    const [name, id]: unknown[] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (typeof name === 'string' && typeof id === 'string') return [name, id];
  } catch {
    // Not one of ours; said below.
  }
  throw invalidInput([{ field: 'cursor', message: 'must be the nextCursor of the page before' }]);
}
