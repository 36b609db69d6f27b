import { open, readdir, readFile, truncate } from 'node:fs/promises';
import { decodeLine, type SpoolLine } from './spool-lines.ts';
import { spoolFile, type LinePlace } from './spool-writer.ts';

/** An event on disk. */
export interface EventPlace extends LinePlace {
  readonly seq: number;
  /** Bytes of its text. */
  readonly bytes: number;
}

/** A batch that was begun. */
export interface BegunBatch {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** What a spool holds when it is opened. */
export interface FoundSpool {
  readonly events: readonly EventPlace[];
  readonly begun: BegunBatch | undefined;
  readonly done: number;
  readonly newest: number;
  readonly files: readonly number[];
  /** What is not as it was written, in words. */
  readonly damages: readonly string[];
}

/** Reads every file of a spool. A torn last line is what a kill in the midst of a write leaves: it is cut off. */
export async function readSpool(directory: string): Promise<FoundSpool> {
  const names = await readdir(directory);
  const files = names
    .filter((name) => /^\d{10}\.spool$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .toSorted((left, right) => left - right);
  const damages: string[] = [];
  let events: EventPlace[] = [];
  let begun: BegunBatch | undefined;
  let done = 0;
  let newest = 0;

  const take = (line: SpoolLine, place: LinePlace): void => {
    if (line.kind === 'event') {
      events.push({ ...place, seq: line.seq, bytes: Buffer.byteLength(line.text) });
      newest = Math.max(newest, line.seq);
    } else if (line.kind === 'batch') {
      begun = line;
      newest = Math.max(newest, line.to);
    } else {
      done = Math.max(done, line.to);
      newest = Math.max(newest, line.to);
    }
  };

  for (const file of files) {
    const path = spoolFile(directory, file);
    const bytes = await readFile(path);
    let damaged = 0;
    let offset = 0;
    for (let end = bytes.indexOf(10); end >= 0; offset = end + 1, end = bytes.indexOf(10, offset)) {
      const line = decodeLine(bytes.subarray(offset, end));
      if (line === undefined) damaged += 1;
      else take(line, { file, offset, length: end + 1 - offset });
    }
    if (damaged > 0) damages.push(`${damaged} lines of ${path} are not what was written; they are skipped`);
    if (offset < bytes.length) {
      await truncate(path, offset);
      damages.push(`the last line of ${path} was torn; its ${bytes.length - offset} bytes are dropped`);
    }
  }
  events = events.filter(({ seq }) => seq > done);
  if (begun !== undefined && begun.to <= done) begun = undefined;
  const { from, to, count } = begun ?? { from: 0, to: -1, count: 0 };
  if (events.filter(({ seq }) => seq >= from && seq <= to).length !== count) {
    damages.push('events of a batch that was begun are gone; the others are sent under a new key');
    begun = undefined;
  }
  return { events, begun, done, newest, files, damages };
}

/** The texts of events that follow each other in the spool; undefined for one that cannot be read any more. */
export async function readTexts(
  directory: string,
  places: readonly EventPlace[],
): Promise<(string | undefined)[]> {
  const texts: (string | undefined)[] = [];
  for (let start = 0; start < places.length;) {
    const file = places[start]?.file ?? 0;
    let end = start;
    while (places[end]?.file === file) end += 1;
    const group = places.slice(start, end);
    const from = group[0]?.offset ?? 0;
    const last = group.at(-1);
    const bytes = Buffer.alloc((last?.offset ?? 0) + (last?.length ?? 0) - from);
    const handle = await open(spoolFile(directory, file), 'r');
    try {
      await handle.read(bytes, 0, bytes.length, from);
    } finally {
      await handle.close();
    }
    for (const { seq, offset, length } of group) {
      const line = decodeLine(bytes.subarray(offset - from, offset - from + length - 1));
      texts.push(line?.kind === 'event' && line.seq === seq ? line.text : undefined);
    }
    start = end;
  }
  return texts;
}
