/**
 * What to do once the surrounding transaction is durable, such as telling live viewers or waking a
 * sender. Parts that take part in somebody else's transaction return one; its owner runs it after the
 * commit and drops it after a roll-back. It must not throw and must not wait.
 */
export type AfterCommit = () => void;

export const nothingAfterCommit: AfterCommit = () => undefined;

/** Joins several into one, in order. */
export function allAfterCommit(steps: readonly AfterCommit[]): AfterCommit {
  return () => {
    for (const step of steps) step();
  };
}
