import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

function tick(): void {
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(tick, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/**
 * The present, ms, in steps of `stepMs`: one timer for the whole page, and a component draws again only
 * when its own step has passed.
 */
export function useNow(stepMs = 1000): number {
  return useSyncExternalStore(subscribe, () => now - (now % stepMs));
}
