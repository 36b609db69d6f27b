import { unreadable } from '../errors.ts';
import type { Wire } from '../wire.ts';
import { deepest } from './shape.ts';
import type { AnyValue, KeyValue } from './values.ts';

/**
 * Attributes are most of what there is in logs and spans, so they are read by hand. What comes out is what the
 * tables of `messages.ts` say, by which JSON is read.
 */

const scratch = new DataView(new ArrayBuffer(8));

function readDouble(wire: Wire): number {
  scratch.setUint32(0, wire.word(), true);
  scratch.setUint32(4, wire.word(), true);
  return scratch.getFloat64(0, true);
}

function readInteger(wire: Wire): number | string {
  const from = wire.at;
  const value = wire.int64();
  return Number.isSafeInteger(value) ? value : String(wire.exactInt64(from));
}

function readBytes(wire: Wire): string {
  const to = wire.run();
  const text = wire.bytes.toString('base64', wire.at, to);
  wire.at = to;
  return text;
}

/** Reads what stands up to the end of a run with `read`. */
function within<Value>(wire: Wire, depth: number, read: (wire: Wire, depth: number) => Value): Value {
  if (depth >= deepest) throw unreadable('The body is nested too deeply.');
  const to = wire.run();
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
    else if (tag === 24) value = { intValue: readInteger(wire) };
    else if (tag === 33) value = { doubleValue: readDouble(wire) };
    else if (tag === 16) value = { boolValue: wire.varint() !== 0 };
    else if (tag === 42) value = { arrayValue: within(wire, depth, readList(readAnyValue)) };
    else if (tag === 50) value = { kvlistValue: within(wire, depth, readList(readKeyValue)) };
    else if (tag === 58) value = { bytesValue: readBytes(wire) };
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
