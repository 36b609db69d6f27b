import type { FoundEvent } from './types.ts';

/** What the logs were when an answer was found. */
export type LogView = ReadonlyMap<string, { readonly size: number; readonly minimumIndex: number }>;

/** An answer, and that with which it can be brought up to date. */
export interface CachedPage {
  readonly view: LogView;
  readonly events: readonly FoundEvent[];
  /** True when there were more than the page takes. */
  readonly more: boolean;
}

export interface ResultCache {
  get(key: string): CachedPage | undefined;
  set(key: string, page: CachedPage): void;
}

const maxPages = 500;
/** Some 40 MB at 2 KB for an event. */
const maxEvents = 20_000;

/** The last answers, least recently used out first. */
export function createResultCache(): ResultCache {
  const pages = new Map<string, CachedPage>();
  let events = 0;
  const drop = (key: string): void => {
    events -= pages.get(key)?.events.length ?? 0;
    pages.delete(key);
  };
  return {
    get(key) {
      const page = pages.get(key);
      if (page === undefined) return undefined;
      pages.delete(key);
      pages.set(key, page);
      return page;
    },
    set(key, page) {
      drop(key);
      pages.set(key, page);
      events += page.events.length;
      while (pages.size > maxPages || events > maxEvents) {
        const oldest = pages.keys().next().value;
        if (oldest === undefined) return;
        drop(oldest);
      }
    },
  };
}
