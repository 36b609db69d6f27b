import { useSyncExternalStore } from 'react';

/** Longer than the animation: a row that the change brings comes a moment later and glows then. */
const glowMs = 4000;
const glowing = new Set<string>();
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** Lets the row of something glow briefly, because it has changed. */
export function glow(id: string): void {
  if (glowing.has(id)) return;
  glowing.add(id);
  tell();
  window.setTimeout(() => {
    glowing.delete(id);
    tell();
  }, glowMs);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether something changed a moment ago. */
export function useGlow(id: string): boolean {
  return useSyncExternalStore(subscribe, () => glowing.has(id));
}
