import { labelSetOf } from '../label-set.ts';
import { withoutParentheses, type Expression } from '../syntax/ast.ts';
import { hasSamples, refuseSameLabels, withoutName, type Column, type Steps } from './column.ts';
import type { Run } from './evaluator.ts';
import type { RangeFunction } from './range-function.ts';
import { referenceTime } from './time-modifiers.ts';

interface Pushed {
  readonly name: string;
  readonly rangeFunction: RangeFunction;
  readonly argument: Expression;
  readonly steps: Steps;
}

/** The result of a range function as the storage calculates it, or `undefined` when it cannot. */
export async function pushDown(
  run: Run,
  { name, rangeFunction, argument, steps }: Pushed,
): Promise<readonly Column[] | undefined> {
  const { budget, storage, delayedNameRemoval } = run;
  const inner = withoutParentheses(argument);
  if (storage.overRange === undefined || inner.kind !== 'matrix-selector') return undefined;
  const { selector, rangeMs } = inner;
  if (selector.at !== undefined && steps.count > 1) return undefined;
  const reference = referenceTime(selector, steps, run);
  const firstEndMs = reference(0);
  const answer = storage.overRange({
    function: name,
    matchers: selector.matchers,
    fromMs: firstEndMs - rangeMs + 1,
    toMs: reference(steps.count - 1),
    signal: budget.signal,
    warn: (message) => run.annotations.warn(message, inner.span),
    firstEndMs,
    stepMs: steps.stepMs,
    count: steps.count,
    rangeMs,
  });
  if (answer === undefined) return undefined;
  const series = await budget.await(answer);
  if (series === undefined) return undefined;
  budget.checkSeries(series.length);
  budget.charge(series.length * steps.count);
  const columns: Column[] = [];
  for (const { labels, values, present } of series) {
    const pause = budget.pause();
    if (pause !== undefined) await pause;
    const named = { labels: labelSetOf(labels), dropName: false };
    const identity = rangeFunction.keepsName === true ? named : withoutName(named, delayedNameRemoval);
    const column = { ...identity, values, present };
    // A window that gives nothing had samples too, or the storage would not name the series.
    rangeFunction.inspect?.(run, named.labels, inner.span);
    if (!hasSamples(column)) continue;
    columns.push(column);
  }
  return delayedNameRemoval ? columns : refuseSameLabels(columns);
}
