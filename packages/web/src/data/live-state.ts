import { useSyncExternalStore } from 'react';

/** How far what is on the screen can be trusted. */
export interface LiveState {
  readonly connection: 'connecting' | 'live' | 'offline' | 'refused';
  /** When the last event or answer came, ms. */
  readonly heardAt: number;
  /** How late events arrive beyond the usual, ms. */
  readonly lateMs: number;
}

let current: LiveState = { connection: 'connecting', heardAt: Date.now(), lateMs: 0 };
const listeners = new Set<() => void>();

export function setLiveState(change: Partial<LiveState>): void {
  current = { ...current, ...change };
  for (const listener of listeners) listener();
}

function liveState(): LiveState {
  return current;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribe, liveState);
}

/** Whether the page shows the present; when false, nothing may be shown as healthy. */
export function useIsCurrent(): boolean {
  return useSyncExternalStore(subscribe, () => current.connection !== 'offline');
}
