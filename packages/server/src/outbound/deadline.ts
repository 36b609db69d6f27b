import { OutboundError, aborted } from './errors.ts';

/** A signal that aborts with a reason after a time, or with its parent. Cleared when the work is done. */
export interface Deadline {
  readonly signal: AbortSignal;
  clear(): void;
}

/**
 * Starts a deadline. It runs on the system's timer rather than on a clock that is passed in: sockets live
 * in real time, and a clock that a test moves would end exchanges that are going well. A parent's abort
 * comes out as `outbound_aborted`, unless its reason is already one of this module's errors.
 */
export function startDeadline(ms: number, reason: () => OutboundError, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reason()), ms);
  const follow = (): void => {
    const why: unknown = parent?.reason;
    controller.abort(why instanceof OutboundError ? why : aborted(why));
  };
  if (parent?.aborted === true) follow();
  else parent?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      parent?.removeEventListener('abort', follow);
    },
  };
}

/** Waits for `work`, or rejects with the signal's reason as soon as it aborts. */
export async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        stop = () => reject(signal.reason as Error);
        signal.addEventListener('abort', stop, { once: true });
      }),
    ]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}
