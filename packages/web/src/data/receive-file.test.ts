import { expect, test } from 'vitest';
import { receiveFile } from './receive-file.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const going = () => new AbortController().signal;

test('a file is whole, keeps its type, and tells how much of it has come', async () => {
  const pieces = ['one,', 'two,', 'three'];
  const body = new ReadableStream({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(bytes(piece));
    },
  });
  const told: number[] = [];
  const file = await receiveFile(new Response(body, { headers: { 'content-type': 'text/csv' } }), {
    onProgress: (received) => told.push(received),
    signal: going(),
  });
  expect(await file.text()).toBe('one,two,three');
  expect(file.type).toBe('text/csv');
  expect(told).toEqual([4, 8, 13]);
});

test('a large file keeps its order over many parts', async () => {
  const part = 3 * 1024 * 1024;
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (sent === 7) controller.close();
      else controller.enqueue(new Uint8Array(part).fill(sent++));
    },
  });
  const file = await receiveFile(new Response(body), { onProgress: () => undefined, signal: going() });
  expect(file.size).toBe(7 * part);
  const content = new Uint8Array(await file.arrayBuffer());
  expect([0, 1, 2, 3, 4, 5, 6].map((index) => content[index * part])).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(content.at(-1)).toBe(6);
});

test('a file that breaks off is no file', async () => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes('half'));
    },
    pull(controller) {
      controller.error(new TypeError('network error'));
    },
  });
  const taken = receiveFile(new Response(body), { onProgress: () => undefined, signal: going() });
  await expect(taken).rejects.toThrow('network error');
});

test('who does not want it any more ends it at its source', async () => {
  let ended = false;
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes('half'));
    },
    cancel() {
      ended = true;
    },
  });
  const stop = new AbortController();
  const taken = receiveFile(new Response(body), { onProgress: () => stop.abort(), signal: stop.signal });
  await expect(taken).rejects.toThrow(/abort/i);
  expect(ended).toBe(true);
});
