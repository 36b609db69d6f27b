import { unreadable } from '../errors.ts';
import { Wire } from '../wire.ts';
import { deepest, type Field, type FieldKind, type Shape } from './shape.ts';

type Message = Record<string, unknown>;

/** Wire types: 0 varint, 1 eight bytes, 2 a length and bytes. */
const wireTypes: Readonly<Record<FieldKind, 0 | 1 | 2>> = {
  text: 2,
  bool: 0,
  double: 1,
  number: 0,
  zigzag: 0,
  integer: 0,
  count: 0,
  'fixed-count': 1,
  'fixed-integer': 1,
  nanos: 1,
  id: 2,
  bytes: 2,
};

/** Microseconds of a 64-bit number of nanoseconds, exact for all times that a double holds. */
function readNanos(wire: Wire): number {
  const low = wire.word();
  const high = wire.word();
  const whole = Math.floor(high / 1000);
  return whole * 4_294_967_296 + Math.floor(((high % 1000) * 4_294_967_296 + low) / 1000);
}

function readValue(wire: Wire, kind: FieldKind): unknown {
  switch (kind) {
    case 'text':
      return wire.text();
    case 'bool':
      return wire.varint() !== 0;
    case 'double':
      return wire.double();
    case 'number':
      return wire.int64();
    case 'zigzag': {
      const value = wire.varint();
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    case 'integer':
      return wire.integer();
    case 'count':
      return wire.varint();
    case 'fixed-count': {
      const low = wire.word();
      return wire.word() * 4_294_967_296 + low;
    }
    case 'fixed-integer': {
      const low = wire.word();
      return (wire.word() | 0) * 4_294_967_296 + low;
    }
    case 'nanos':
      return readNanos(wire);
    case 'id':
      return wire.encoded('hex');
    case 'bytes':
      return wire.encoded('base64');
  }
}

function readField(wire: Wire, field: Field, given: { tag: number; message: Message; depth: number }): void {
  const { tag, message, depth } = given;
  const type = tag & 7;
  if (typeof field.kind === 'function') {
    if (type !== 2) throw unreadable(`The field ${field.name} is not a message.`);
    const to = wire.message();
    const { end } = wire;
    wire.end = to;
    const inner = readMessage(wire, field.kind(), depth + 1);
    wire.end = end;
    if (field.list) add(message, field.name, inner);
    else message[field.name] = inner;
    return;
  }
  const expected = wireTypes[field.kind];
  if (field.list && expected !== 2 && type === 2) {
    const to = wire.packed();
    const { end } = wire;
    wire.end = to;
    while (wire.at < to) add(message, field.name, readValue(wire, field.kind));
    wire.end = end;
    return;
  }
  if (type !== expected) throw unreadable(`The field ${field.name} is of another type.`);
  if (field.list) wire.count();
  const value = readValue(wire, field.kind);
  if (field.list) add(message, field.name, value);
  else message[field.name] = value;
}

function add(message: Message, name: string, value: unknown): void {
  const list = message[name];
  if (list === undefined) message[name] = [value];
  else (list as unknown[]).push(value);
}

function readMessage(wire: Wire, shape: Shape, depth: number): Message {
  if (depth > deepest) throw unreadable('The body is nested too deeply.');
  if (shape.read !== undefined) return shape.read(wire, depth) as Message;
  const message: Message = { ...shape.empty };
  while (wire.at < wire.end) {
    const tag = wire.varint();
    const field = shape.byNumber[tag >>> 3];
    if (field === undefined) wire.skip(tag);
    else readField(wire, field, { tag, message, depth });
  }
  return message;
}

/** Reads a message; what is absent is `undefined`. Raises `DoorError`. */
export function readProtobuf<Type>(bytes: Buffer, shape: Shape): Type {
  return readMessage(new Wire(bytes), shape, 0) as Type;
}
