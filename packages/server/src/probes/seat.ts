import type { SeatHold, Seats } from './types.ts';

/** The seat of a node that shares its State with nobody: gained at once and never lost. */
export const onlySeat: Seats = {
  hold(_name, { onGained, onLost }) {
    const end = new AbortController();
    const hold: SeatHold = { signal: end.signal, fenced: async () => undefined };
    const gained = Promise.resolve(onGained(hold));
    let stopping: Promise<void> | undefined;
    return {
      held: () => !end.signal.aborted,
      stop() {
        stopping ??= gained.then(async () => {
          await onLost();
          end.abort();
        });
        return stopping;
      },
    };
  },
};
