import type { EgressLeases } from './types.ts';

/** Leases for an installation of one process, which always holds them. */
export function oneNodeLeases(): EgressLeases {
  return {
    hold(_name, work) {
      const ended = new AbortController();
      const begun = Promise.resolve(work.onGained({ signal: ended.signal, fenced: () => Promise.resolve() }));
      let stopped: Promise<void> | undefined;
      return {
        stop: () =>
          (stopped ??= (async () => {
            await begun;
            ended.abort();
            await work.onLost();
          })()),
      };
    },
  };
}
