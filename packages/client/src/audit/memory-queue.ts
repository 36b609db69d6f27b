import { utf8Bytes } from './event-text.ts';
import { newBatchKey } from './ids.ts';
import type { Batch, EventQueue, Queued } from './queue.ts';

/** A queue in memory: for browsers, edge runtimes and programs that give no spool directory. */
export function createMemoryQueue(): EventQueue {
  const events: (Queued & { readonly bytes: number })[] = [];
  let begun: Batch | undefined;
  let newest = 0;
  let bytes = 0;

  return {
    durable: false,
    append(text) {
      newest += 1;
      const event = { seq: newest, text, bytes: utf8Bytes(text) };
      events.push(event);
      bytes += event.bytes;
      return { seq: newest, kept: Promise.resolve() };
    },
    async next(limits) {
      if (begun !== undefined || events.length === 0) return begun;
      let count = 0;
      for (let size = 0; count < Math.min(limits.events, events.length); count += 1) {
        size += events[count]?.bytes ?? 0;
        if (count > 0 && size > limits.bytes) break;
      }
      begun = { key: newBatchKey(), events: events.slice(0, count) };
      return begun;
    },
    async restart(count) {
      begun = { key: newBatchKey(), events: events.slice(0, Math.min(count, begun?.events.length ?? 0)) };
    },
    async finish() {
      for (const event of events.splice(0, begun?.events.length ?? 0)) bytes -= event.bytes;
      begun = undefined;
    },
    waiting: () => ({ events: events.length, bytes, newest }),
    close: async () => undefined,
  };
}
