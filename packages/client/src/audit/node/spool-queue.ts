import { mkdir, rm } from 'node:fs/promises';
import { newBatchKey } from '../ids.ts';
import type { Batch, EventQueue } from '../queue.ts';
import { lockDirectory } from './directory-lock.ts';
import { readSpool, readTexts, type BegunBatch, type EventPlace } from './spool-reader.ts';
import type { SpoolLine } from './spool-lines.ts';
import { createSpoolWriter, spoolFile } from './spool-writer.ts';

export interface SpoolOptions {
  /** Made with mode 0700 when it is absent; of one process alone. */
  readonly directory: string;
  /** A new file is begun at this size; default 8 MB. */
  readonly fileBytes?: number | undefined;
  /** Told of bytes that are not what was written. */
  onDamage(message: string): void;
}

/**
 * Opens a queue in files. An event is on disk when `append` says so; the key of a batch is on disk before the
 * batch is first sent, so that whatever was sent before a kill is sent again as the same batch under the same
 * key. Files are 0600 and are removed once the server has answered for all of their events.
 *
 * Raises `spool_in_use`, or the file system's error.
 */
export async function openSpoolQueue(options: SpoolOptions): Promise<EventQueue> {
  const { directory, fileBytes = 8_000_000, onDamage } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(directory);
  try {
    return await openLocked({ directory, fileBytes, onDamage }, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openLocked(options: Required<SpoolOptions>, unlock: () => void): Promise<EventQueue> {
  const { directory, fileBytes, onDamage } = options as SpoolOptions & { fileBytes: number };
  const found = await readSpool(directory);
  for (const damage of found.damages) onDamage(damage);
  let events: readonly EventPlace[] = found.events;
  let begun: BegunBatch | undefined = found.begun;
  let { done, newest } = found;
  let bytes = events.reduce((sum, event) => sum + event.bytes, 0);
  let appending = 0;
  const arrived: EventPlace[] = [];
  /** Every file, with the number of its last event; 0 when it has none. */
  const last = new Map<number, number>(found.files.map((file) => [file, 0]));
  for (const { file, seq } of events) last.set(file, seq);
  let known: Batch | undefined;

  const head = (): SpoolLine[] => [
    { kind: 'done', to: done },
    ...(begun === undefined ? [] : [{ kind: 'batch', ...begun } as const]),
  ];
  const writer = createSpoolWriter({ directory, first: (found.files.at(-1) ?? 0) + 1, fileBytes, head });

  /** Events in the order of their numbers, those that were written meanwhile included. */
  function gather(): void {
    if (arrived.length === 0) return;
    events = [...events, ...arrived.splice(0)];
  }

  async function removeFinished(): Promise<void> {
    for (const [file, seq] of last) {
      if (file === writer.current() || seq > done) continue;
      await rm(spoolFile(directory, file), { force: true });
      last.delete(file);
    }
  }

  async function control(line: SpoolLine): Promise<void> {
    const { file } = await writer.write(line);
    last.set(file, last.get(file) ?? 0);
  }

  async function begin(count: number): Promise<void> {
    const first = events[0];
    const end = events[Math.min(count, events.length) - 1];
    if (first === undefined || end === undefined) return;
    const next = { key: newBatchKey(), from: first.seq, to: end.seq, count: Math.min(count, events.length) };
    await control({ kind: 'batch', ...next });
    begun = next;
    known = undefined;
  }

  const present = (): readonly EventPlace[] => events.slice(0, begun?.count ?? 0);

  /** The texts of the batch that was begun; undefined when some are lost, which are then given up. */
  async function load(batch: BegunBatch): Promise<Batch | undefined> {
    const places = present();
    const texts = await readTexts(directory, places);
    const lost = new Set(places.filter((_, index) => texts[index] === undefined));
    if (lost.size === 0) {
      return { key: batch.key, events: places.map(({ seq }, index) => ({ seq, text: texts[index] ?? '' })) };
    }
    onDamage(`${lost.size} events in ${directory} cannot be read any more; they are given up`);
    for (const place of lost) bytes -= place.bytes;
    events = events.filter((place) => !lost.has(place));
    // Under the old key the server would meet other events than before.
    begun = undefined;
    return undefined;
  }

  return {
    durable: true,
    append(text) {
      newest += 1;
      const seq = newest;
      const size = Buffer.byteLength(text);
      appending += 1;
      bytes += size;
      const kept = writer
        .write({ kind: 'event', seq, text })
        .then(
          (place) => {
            arrived.push({ ...place, seq, bytes: size });
            last.set(place.file, seq);
          },
          (error: unknown) => {
            bytes -= size;
            throw error;
          },
        )
        .finally(() => (appending -= 1));
      return { seq, kept };
    },
    async next(limits) {
      if (known !== undefined) return known;
      gather();
      if (events.length === 0 && appending > 0) await writer.settled();
      gather();
      while (known === undefined && events.length > 0) {
        if (begun === undefined) {
          let count = 0;
          for (let size = 0; count < Math.min(limits.events, events.length); count += 1) {
            size += events[count]?.bytes ?? 0;
            if (count > 0 && size > limits.bytes) break;
          }
          await begin(count);
        }
        if (begun !== undefined) known = await load(begun);
      }
      return known;
    },
    restart: (count) => begin(Math.min(count, present().length)),
    async finish() {
      if (begun === undefined) return;
      const { to } = begun;
      await control({ kind: 'done', to });
      const finished = present();
      done = to;
      begun = undefined;
      known = undefined;
      for (const place of finished) bytes -= place.bytes;
      events = events.slice(finished.length);
      await removeFinished();
    },
    waiting: () => ({ events: events.length + arrived.length + appending, bytes, newest }),
    async close() {
      await writer.close();
      if (events.length + arrived.length === 0) {
        for (const file of [...last.keys(), writer.current()]) {
          await rm(spoolFile(directory, file), { force: true });
        }
      }
      unlock();
    },
  };
}
