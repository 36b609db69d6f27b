import { joinSameLabels } from '../evaluate/column.ts';
import { executionError } from '../errors.ts';
import { labelValue, metricName, setLabel } from '../label-set.ts';
import { isLabelName } from '../matcher.ts';
import { compileAnchored, type AnchoredPattern } from '../regular-expression.ts';
import type { VectorFunction } from './vector-functions.ts';

function compile(pattern: string): AnchoredPattern {
  try {
    return compileAnchored(pattern);
  } catch {
    throw executionError(`invalid regular expression in label_replace(): ${pattern}`);
  }
}

function checkLabel(name: string, what: string): void {
  if (!isLabelName(name)) throw executionError(`invalid ${what}: ${name.toWellFormed()}`);
}

const labelReplace: VectorFunction = async ({ evaluator, args, steps }) => {
  const [target, replacement, source, pattern] = args.slice(1).map((argument) => evaluator.text(argument));
  const compiled = compile(pattern!);
  checkLabel(target!, 'destination label name in label_replace()');
  const columns = await evaluator.vector(args[0]!, steps);
  const results = columns.map((column) => {
    const value = compiled.replace(labelValue(column.labels, source!), replacement!);
    if (value === undefined) return column;
    const labels = setLabel(column.labels, target!, value);
    return { ...column, labels, dropName: column.dropName && target !== metricName };
  });
  return joinSameLabels(results);
};

const labelJoin: VectorFunction = async ({ evaluator, args, steps }) => {
  const [target, separator, ...sources] = args.slice(1).map((argument) => evaluator.text(argument));
  checkLabel(target!, 'destination label name in label_join()');
  for (const source of sources) checkLabel(source, 'source label name in label_join()');
  const columns = await evaluator.vector(args[0]!, steps);
  const results = columns.map((column) => {
    const value = sources.map((source) => labelValue(column.labels, source)).join(separator);
    const labels = setLabel(column.labels, target!, value);
    return { ...column, labels, dropName: column.dropName && target !== metricName };
  });
  return joinSameLabels(results);
};

export const labelFunctions: ReadonlyMap<string, VectorFunction> = new Map([
  ['label_replace', labelReplace],
  ['label_join', labelJoin],
]);
