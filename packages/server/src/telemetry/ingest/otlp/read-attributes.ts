import { unreadable } from '../errors.ts';
import type { Wire } from '../wire.ts';
import { deepest } from './shape.ts';
import type { AnyValue, KeyValue } from './values.ts';

/**
 * Attributes are most of what there is in logs and spans, so they are read by hand. What comes out is what the
 * tables of `messages.ts` say, by which JSON is read.
 */

/** Reads what stands up to the end of a run with `read`. */
function within<Value>(wire: Wire, depth: number, read: (wire: Wire, depth: number) => Value): Value {
  if (depth >= deepest) throw unreadable('The body is nested too deeply.');
  const to = wire.message();
  const { end } = wire;
  wire.end = to;
  const value = read(wire, depth + 1);
  wire.end = end;
  return value;
}

/** The items of `ArrayValue` or `KeyValueList`: both are field 1 of their message. */
const readList =
  <Item>(item: (wire: Wire, depth: number) => Item) =>
  (wire: Wire, depth: number): { readonly values: Item[] } => {
    const values: Item[] = [];
    while (wire.at < wire.end) {
      const tag = wire.varint();
      if (tag === 10) values.push(within(wire, depth, item));
      else wire.skip(tag);
    }
    return { values };
  };

/** Reads `AnyValue`; of several fields the last one counts. */
export function readAnyValue(wire: Wire, depth: number): AnyValue {
  let value: AnyValue = {};
  while (wire.at < wire.end) {
    const tag = wire.varint();
    if (tag === 10) value = { stringValue: wire.text() };
    else if (tag === 24) value = { intValue: wire.integer() };
    else if (tag === 33) value = { doubleValue: wire.double() };
    else if (tag === 16) value = { boolValue: wire.varint() !== 0 };
    else if (tag === 42) value = { arrayValue: within(wire, depth, readList(readAnyValue)) };
    else if (tag === 50) value = { kvlistValue: within(wire, depth, readList(readKeyValue)) };
    else if (tag === 58) value = { bytesValue: wire.encoded('base64') };
    else if (tag >>> 3 <= 7) throw unreadable('A value is of another type than its field.');
    else wire.skip(tag);
  }
  return value;
}

/** Reads `KeyValue`. */
export function readKeyValue(wire: Wire, depth: number): KeyValue {
  let key = '';
  let value: AnyValue = {};
  while (wire.at < wire.end) {
    const tag = wire.varint();
    if (tag === 10) key = wire.name();
    else if (tag === 18) value = within(wire, depth, readAnyValue);
    else if (tag >>> 3 <= 2) throw unreadable('An attribute is not one.');
    else wire.skip(tag);
  }
  return { key, value };
}
