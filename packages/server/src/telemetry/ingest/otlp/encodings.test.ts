import { expect, test } from 'vitest';
import { double, field, message, number } from '../test/protobuf-writer.ts';
import { valueText } from './attributes.ts';
import { logsRequest, type LogsRequest } from './messages.ts';
import { readJson } from './read-json.ts';
import { readProtobuf } from './read-protobuf.ts';
import type { AnyValue } from './values.ts';

/** One record with this value as its body. */
const proto = (value: Uint8Array): AnyValue | undefined =>
  readProtobuf<LogsRequest>(field(1, field(2, field(2, field(5, value)))), logsRequest).resourceLogs?.[0]
    ?.scopeLogs?.[0]?.logRecords?.[0]?.body;
const json = (value: object): AnyValue | undefined =>
  readJson<LogsRequest>(
    Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: value }] }] }] })),
    logsRequest,
  ).resourceLogs?.[0]?.scopeLogs?.[0]?.logRecords?.[0]?.body;

test.each<[string, Uint8Array, object, string]>([
  ['text', field(1, 'ü'), { stringValue: 'ü' }, 'ü'],
  ['true', number(2, 1), { boolValue: true }, 'true'],
  ['a number', number(3, 42), { intValue: '42' }, '42'],
  ['a negative number', number(3, -7), { intValue: -7 }, '-7'],
  [
    'a number beyond doubles',
    number(3, 2n ** 60n + 1n),
    { intValue: '1152921504606846977' },
    '1152921504606846977',
  ],
  ['the least number', number(3, -(2n ** 63n)), { intValue: '-9223372036854775808' }, '-9223372036854775808'],
  ['a double', double(4, 0.1), { doubleValue: 0.1 }, '0.1'],
  ['no number', double(4, Number.NaN), { doubleValue: 'NaN' }, 'NaN'],
  ['infinity', double(4, -Infinity), { doubleValue: '-Infinity' }, '-Infinity'],
  ['bytes', field(7, Buffer.from([1, 2, 3])), { bytesValue: 'AQID' }, 'AQID'],
  [
    'a list',
    field(5, message(field(1, field(1, 'a')), field(1, number(3, 1)))),
    { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } },
    '["a",1]',
  ],
  [
    'fields',
    field(6, field(1, message(field(1, 'k'), field(2, number(2, 0))))),
    { kvlistValue: { values: [{ key: 'k', value: { boolValue: false } }] } },
    '{"k":false}',
  ],
])('%s is the same in both encodings', (...[, binary, text, expected]) => {
  expect(valueText(proto(binary))).toBe(expected);
  expect(valueText(json(text))).toBe(expected);
});

test('times keep their microseconds', () => {
  const nanos = 1_795_259_728_424_123_456n;
  const of = (record: Buffer) =>
    readProtobuf<LogsRequest>(field(1, field(2, field(2, record))), logsRequest).resourceLogs?.[0]
      ?.scopeLogs?.[0]?.logRecords?.[0]?.timeUnixNano;
  expect(of(double(1, nanos))).toBe(1_795_259_728_424_123);
  const text = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"${nanos}"}]}]}]}`;
  expect(
    readJson<LogsRequest>(Buffer.from(text), logsRequest).resourceLogs?.[0]?.scopeLogs?.[0]?.logRecords?.[0]
      ?.timeUnixNano,
  ).toBe(1_795_259_728_424_123);
});
