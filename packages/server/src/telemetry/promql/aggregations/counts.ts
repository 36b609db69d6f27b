import type { Aggregator } from './accumulator.ts';

const count: Aggregator = (steps) => {
  const counts = new Float64Array(steps);
  return {
    add(step) {
      counts[step]! += 1;
    },
    resultAt: (step) => counts[step]!,
  };
};

/** `group` says that there is something, by the value 1. */
const group: Aggregator = () => ({ add: () => undefined, resultAt: () => 1 });

export const countAggregators: ReadonlyMap<string, Aggregator> = new Map([
  ['count', count],
  ['group', group],
]);
