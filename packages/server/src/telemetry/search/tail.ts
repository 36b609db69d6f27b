import type { LogRecordView } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import type { StoredRecord } from '../logs/types.ts';
import { toTest } from './language/to-test.ts';
import { viewOf } from './place.ts';
import type { Scope } from './types.ts';

/** What a viewer is told. */
export type TailEvent =
  | { readonly type: 'record'; readonly record: LogRecordView }
  /** So many were left out, because the viewer or this node did not keep up. */
  | { readonly type: 'skipped'; readonly records: number };

export interface TailViewer {
  /** Without its span of time. */
  readonly search: Scope['search'];
  /** Takes what has come; called when `ready` says so. */
  readonly write: (events: readonly TailEvent[]) => void;
  /** False while the viewer still has to read what it was given. */
  readonly ready: () => boolean;
}

export interface LogTail {
  /** Shows records to those who watch for them. Costs next to nothing while nobody does, and never waits. */
  push(records: readonly StoredRecord[]): void;
  /** Starts to watch; returns what to call when the viewer has gone. Old records are not shown. */
  subscribe(viewer: TailViewer): () => void;
  /** Hands out what waits. To be called now and then, for viewers that were not ready. */
  flush(): void;
  readonly viewers: number;
}

/** Records that wait for one viewer at most, and characters in them; what comes beyond is left out. */
const waitingLimit = 500;
const waitingCharacters = 1_048_576;
/**
 * Time that looking at records may take between two times that they are handed out, ms: records are accepted
 * on the same thread, and some searches are slow. What is not looked at any more is told as left out.
 */
const lookMs = 40;

interface Watcher extends TailViewer {
  readonly fits: (record: StoredRecord) => boolean;
  waiting: LogRecordView[];
  characters: number;
  skipped: number;
}

function sizeOf({ message, attributes }: StoredRecord): number {
  let size = message.length;
  for (const name in attributes) size += name.length + (attributes[name]?.length ?? 0);
  return size;
}

function offer(watcher: Watcher, record: StoredRecord): void {
  const full = watcher.waiting.length >= waitingLimit || watcher.characters >= waitingCharacters;
  if (full) watcher.skipped += 1;
  else {
    watcher.waiting.push(viewOf(record));
    watcher.characters += sizeOf(record);
  }
}

function handOut(watcher: Watcher): void {
  if ((watcher.waiting.length === 0 && watcher.skipped === 0) || !watcher.ready()) return;
  const events: TailEvent[] = watcher.waiting.map((record) => ({ type: 'record', record }));
  if (watcher.skipped > 0) events.push({ type: 'skipped', records: watcher.skipped });
  watcher.waiting = [];
  watcher.characters = 0;
  watcher.skipped = 0;
  watcher.write(events);
}

/** The live tail of this node: records as they are accepted, from memory. */
export function createTail(clock: Pick<Clock, 'monotonic'>): LogTail {
  const watchers = new Set<Watcher>();
  let spentMs = 0;

  return {
    push(records) {
      for (const watcher of watchers) {
        if (spentMs >= lookMs) {
          watcher.skipped += records.length;
          continue;
        }
        const began = clock.monotonic();
        for (const record of records) if (watcher.fits(record)) offer(watcher, record);
        spentMs += clock.monotonic() - began;
      }
    },
    subscribe(viewer) {
      const watcher: Watcher = {
        ...viewer,
        fits: toTest(viewer.search),
        waiting: [],
        characters: 0,
        skipped: 0,
      };
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    flush() {
      spentMs = 0;
      for (const watcher of watchers) handOut(watcher);
    },
    get viewers() {
      return watchers.size;
    },
  };
}
