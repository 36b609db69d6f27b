/** Runs work when its turn comes. */
export type Gate = <Value>(work: () => Promise<Value>) => Promise<Value>;

/** Lets `most` run at the same time; the others wait, first come first served. */
export function createGate(most: number): Gate {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
