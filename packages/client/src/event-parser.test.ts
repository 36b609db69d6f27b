import { expect, test } from 'vitest';
import { createEventParser, type ParsedEvent } from './event-parser.ts';

function parsed(...pieces: string[]): ParsedEvent[] {
  const events: ParsedEvent[] = [];
  const parser = createEventParser((event) => events.push(event));
  for (const piece of pieces) parser.push(piece);
  return events;
}

test('events come out whole wherever the text was cut', () => {
  const text =
    '\uFEFF: hello\r\nid: a-1\r\nevent: alert\r\ndata: {"a":\r\ndata:1}\r\n\r\nid: a-2\n\ndata\n\n';
  const expected = [
    { type: 'alert', data: '{"a":\n1}', id: 'a-1' },
    { type: 'message', data: '', id: 'a-2' },
    { type: 'message', data: '', id: 'a-2' },
  ];
  expect(parsed(text)).toEqual(expected);
  for (let cut = 1; cut < text.length; cut += 1) {
    expect(parsed(text.slice(0, cut), text.slice(cut))).toEqual(expected);
  }
  expect(parsed(...text.split(''))).toEqual(expected);
});

test('a lone CR ends a line too', () => {
  expect(parsed('data: x\r\rdata: y\r\r\n')).toEqual([
    { type: 'message', data: 'x', id: null },
    { type: 'message', data: 'y', id: null },
  ]);
});

test('an id with a NUL and an event that is not finished are ignored', () => {
  expect(parsed('id: a\0b\ndata: x\n\ndata: unfinished\n')).toEqual([
    { type: 'message', data: 'x', id: null },
  ]);
});

test('the time to wait is passed on when it is a number', () => {
  const waits: number[] = [];
  createEventParser(
    () => undefined,
    (ms) => waits.push(ms),
  ).push('retry: 1500\nretry: soon\n\n');
  expect(waits).toEqual([1500]);
});
