import type { LogRecordView } from '@custos/contract';
import type { StoredRecord } from '../logs/types.ts';
import { toTest } from './language/to-test.ts';
import { viewOf } from './place.ts';
import type { Scope } from './types.ts';

/** What a viewer is told. */
export type TailEvent =
  | { readonly type: 'record'; readonly record: LogRecordView }
  /** So many that fit were left out, because the viewer did not keep up. */
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

/** Records that wait for one viewer at most; what comes beyond them is counted and left out. */
const waitingLimit = 500;

/** The live tail of this node: records as they are accepted, from memory. */
export function createTail(): LogTail {
  interface Watcher extends TailViewer {
    readonly fits: (record: StoredRecord) => boolean;
    waiting: LogRecordView[];
    skipped: number;
  }
  const watchers = new Set<Watcher>();

  function handOut(watcher: Watcher): void {
    if ((watcher.waiting.length === 0 && watcher.skipped === 0) || !watcher.ready()) return;
    const events: TailEvent[] = watcher.waiting.map((record) => ({ type: 'record', record }));
    if (watcher.skipped > 0) events.push({ type: 'skipped', records: watcher.skipped });
    watcher.waiting = [];
    watcher.skipped = 0;
    watcher.write(events);
  }

  return {
    push(records) {
      for (const watcher of watchers) {
        for (const record of records) {
          if (!watcher.fits(record)) continue;
          if (watcher.waiting.length < waitingLimit) watcher.waiting.push(viewOf(record));
          else watcher.skipped += 1;
        }
      }
    },
    subscribe(viewer) {
      const watcher: Watcher = { ...viewer, fits: toTest(viewer.search), waiting: [], skipped: 0 };
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    flush() {
      for (const watcher of watchers) handOut(watcher);
    },
    get viewers() {
      return watchers.size;
    },
  };
}
