/**
 * Lets at most `limit` pieces of work run at once and at most `waiting` wait for their turn, in the order
 * of their coming. Without it every request would hold memory of the engine at the same time.
 */
export interface Turns {
  /** Returns false when too many wait already. */
  take(): Promise<boolean>;
  give(): void;
}

export function createTurns(limit: number, waiting: number): Turns {
  let running = 0;
  const queue: (() => void)[] = [];
  return {
    async take() {
      if (running < limit) {
        running += 1;
        return true;
      }
      if (queue.length >= waiting) return false;
      await new Promise<void>((resolve) => queue.push(resolve));
      return true;
    },
    give() {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    },
  };
}
