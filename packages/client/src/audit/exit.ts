interface NodeProcess {
  readonly pid?: number;
  once?(event: string, listener: () => void): unknown;
  off?(event: string, listener: () => void): unknown;
  kill?(pid: number, signal: string): unknown;
}

interface Page {
  readonly visibilityState?: string;
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

export interface ExitHandling {
  /** Sends what waits, as far as there is time for it. */
  finish(): Promise<unknown>;
  /** The page may be going away: send what waits, without an end. */
  hidden(): void;
  readonly signals: readonly string[];
}

/**
 * Sends what waits when the program ends: in Node at `beforeExit` and, if asked, at signals, after which the
 * process ends by that same signal; in a browser when the page is hidden. Returns what undoes it.
 *
 * `beforeExit` does not come after `process.exit()`, an uncaught error or a kill: call `close()` before the
 * first, and use a spool for the others.
 */
export function sendBeforeExit({ finish, hidden, signals }: ExitHandling): () => void {
  const { process, document } = globalThis as { process?: NodeProcess; document?: Page };
  const undo: (() => void)[] = [];
  if (typeof process?.once === 'function') {
    const listen = (event: string, listener: () => void): void => {
      process.once?.(event, listener);
      undo.push(() => process.off?.(event, listener));
    };
    listen('beforeExit', () => void finish());
    for (const signal of signals) {
      listen(signal, () => void finish().finally(() => process.kill?.(process.pid ?? 0, signal)));
    }
  } else if (typeof document?.addEventListener === 'function') {
    const changed = (): void => {
      if (document.visibilityState === 'hidden') hidden();
    };
    document.addEventListener('visibilitychange', changed);
    undo.push(() => document.removeEventListener?.('visibilitychange', changed));
  }
  return () => {
    for (const step of undo) step();
  };
}
