import type { Place, TextColumn } from './tree.ts';

/** What a name before a colon stands for. */
export type Field =
  | { readonly kind: 'severity' | 'category' | 'time' | 'masked' | 'exists' }
  | { readonly kind: 'place'; readonly of: Place };

const columnOf: Readonly<Record<string, TextColumn>> = {
  service: 'service',
  host: 'host',
  trace: 'trace_id',
  traceid: 'trace_id',
  trace_id: 'trace_id',
  span: 'span_id',
  spanid: 'span_id',
  span_id: 'span_id',
  message: 'message',
  msg: 'message',
};

const specialOf: Readonly<Record<string, Exclude<Field['kind'], 'place'>>> = {
  level: 'severity',
  severity: 'severity',
  category: 'category',
  time: 'time',
  masked: 'masked',
  _exists_: 'exists',
};

const attributePrefix = 'attributes.';

/** Names that stand for columns, as autocomplete offers them. */
export const columnFields = ['level', 'service', 'host', 'category', 'trace', 'span', 'masked'] as const;

/**
 * The field of a name. Names of columns are taken whatever their case; everything else is an attribute.
 * `attributes.service` is the attribute of that name.
 */
export function fieldOf(name: string): Field {
  if (name.startsWith(attributePrefix) && name.length > attributePrefix.length) {
    return { kind: 'place', of: { kind: 'attribute', name: name.slice(attributePrefix.length) } };
  }
  const key = name.toLowerCase();
  if (Object.hasOwn(specialOf, key)) return { kind: specialOf[key] as Exclude<Field['kind'], 'place'> };
  const column = Object.hasOwn(columnOf, key) ? columnOf[key] : undefined;
  return {
    kind: 'place',
    of: column === undefined ? { kind: 'attribute', name } : { kind: 'column', column },
  };
}
