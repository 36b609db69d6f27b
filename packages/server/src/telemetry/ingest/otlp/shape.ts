import type { Wire } from '../wire.ts';

/**
 * The messages of OTLP as data: the same table reads protocol buffers (`read-protobuf.ts`) and JSON
 * (`read-json.ts`), so that both give the same objects. Names are those of OTLP's JSON form.
 */

/** How a field is written in protocol buffers, and what it becomes. */
export type FieldKind =
  | 'text'
  | 'bool'
  | 'double'
  /** `uint32`, `int32` or an enum: a number. */
  | 'number'
  /** `sint32`: a number. */
  | 'zigzag'
  /** `int64`: a number, or decimal digits where a double cannot hold it. */
  | 'integer'
  /** `uint64`: a number. */
  | 'count'
  /** `fixed64`: a number. */
  | 'fixed-count'
  /** `sfixed64`: a number. */
  | 'fixed-integer'
  /** `fixed64` nanoseconds since the epoch: microseconds. */
  | 'nanos'
  /** Bytes of a trace or span id: lower-case hexadecimal digits. */
  | 'id'
  /** Bytes: base64. */
  | 'bytes';

export interface Field {
  readonly number: number;
  readonly name: string;
  readonly kind: FieldKind | (() => Shape);
  /** A list; numbers may stand packed or each by itself. */
  readonly list: boolean;
}

/** A message: its fields by number and by name. Fields that are not listed are stepped over. */
export interface Shape {
  readonly byNumber: readonly (Field | undefined)[];
  readonly fields: readonly Field[];
  /** An object with every field absent: copies of it share one layout, which makes them cheap. */
  readonly empty: Readonly<Record<string, undefined>>;
  /** Reads the fields by hand, for what there is most of. */
  readonly read: ((wire: Wire, depth: number) => unknown) | undefined;
}

/** Messages inside messages; real ones take eight or so. */
export const deepest = 40;

/** Defines a message: `name: [number, kind]`, or `[number, [kind]]` for a list. */
export function shape(
  fields: Readonly<Record<string, readonly [number, Field['kind'] | readonly [Field['kind']]]>>,
  read?: Shape['read'],
): Shape {
  const list = Object.entries(fields).map(([name, [number, kind]]): Field => {
    if (typeof kind === 'object') return { number, name, kind: kind[0], list: true };
    return { number, name, kind, list: false };
  });
  const byNumber: (Field | undefined)[] = [];
  for (const field of list) byNumber[field.number] = field;
  const empty = Object.fromEntries(list.map(({ name }) => [name, undefined]));
  return { byNumber: Array.from(byNumber, (field) => field), fields: list, empty, read };
}
