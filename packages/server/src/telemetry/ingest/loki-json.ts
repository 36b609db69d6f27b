import { unreadable } from './errors.ts';
import { readJsonBody } from './json.ts';
import { createLokiRecords, type LokiPush } from './loki.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const texts = (fields: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)]));

/**
 * Reads `{"streams":[{"stream":{...},"values":[["<ns>","line",{...}]]}]}` (Loki HTTP API, "Ingest logs").
 * An entry that is none is left out; a body that is no such object raises `DoorError`.
 */
export function readLokiJson(body: Buffer): LokiPush {
  const value = readJsonBody(body);
  const streams = isObject(value) ? value['streams'] : undefined;
  if (!Array.isArray(streams)) throw unreadable('The body must be an object with an array `streams`.');

  const records = createLokiRecords();
  for (const stream of streams as unknown[]) {
    const values = isObject(stream) ? stream['values'] : undefined;
    const labels = isObject(stream) ? stream['stream'] : undefined;
    if (!Array.isArray(values) || !isObject(labels)) {
      records.refuse({
        reason: 'unreadable',
        message: 'A stream needs an object `stream` and an array `values`.',
        count: Array.isArray(values) ? values.length : 1,
      });
      continue;
    }
    const add = records.stream(texts(labels));
    for (const entry of values as unknown[]) {
      const [time, line, metadata] = Array.isArray(entry) ? (entry as unknown[]) : [];
      if (typeof time !== 'string' || !/^-?\d{1,19}$/.test(time) || typeof line !== 'string') {
        records.refuse({
          reason: 'unreadable',
          message: 'An entry is ["<nanoseconds>", "<line>"], with metadata as a third element.',
          count: 1,
        });
        continue;
      }
      // Digits are cut as text: a double does not hold today's nanoseconds, and could be a millisecond early.
      add({
        timeMs: Number(time.slice(0, -6)) || 0,
        line,
        metadata: isObject(metadata) ? texts(metadata) : {},
      });
    }
  }
  return records.push();
}
