import { isSetOperator, withoutParentheses, type Binary, type Expression } from '../syntax/ast.ts';
import { typeOf } from '../syntax/type-check.ts';
import { aggregate } from './aggregate.ts';
import { betweenScalars, vectorWithScalar } from './binary-scalar.ts';
import { callForScalar, callForVector } from './call.ts';
import { refuseSameLabels, repeat, withoutName, type Column, type Steps } from './column.ts';
import type { Evaluator, Run } from './evaluator.ts';
import { selectInstant, selectRange } from './selectors.ts';
import { combineSets } from './set-operators.ts';
import { matchAll } from './signatures.ts';
import { isStepInvariant } from './step-invariant.ts';
import { evaluateSubquery } from './subquery.ts';
import { matchVectors } from './vector-matching.ts';

const wrongType = (expression: Expression, wanted: string): Error =>
  new TypeError(`An expression of kind ${expression.kind} cannot give a ${wanted}; types were not checked.`);

/** Makes the evaluator of one query. It evaluates series by series over all steps, not step by step. */
export function createEvaluator(run: Run): Evaluator {
  const evaluateBinary = async (binary: Binary, steps: Steps): Promise<readonly Column[]> => {
    const leftScalar = typeOf(binary.left) === 'scalar';
    const rightScalar = typeOf(binary.right) === 'scalar';
    if (leftScalar || rightScalar) {
      const [scalarSide, vectorSide] = leftScalar ? [binary.left, binary.right] : [binary.right, binary.left];
      const scalar = await evaluator.scalar(scalarSide, steps);
      const columns = await evaluator.vector(vectorSide, steps);
      return vectorWithScalar(run, binary, { columns, scalar, scalarOnLeft: leftScalar });
    }
    const left = await evaluator.vector(binary.left, steps);
    const right = await evaluator.vector(binary.right, steps);
    if (isSetOperator(binary.operator)) {
      return combineSets(binary.operator, binary.matching ?? matchAll, { left, right });
    }
    return matchVectors(run, binary, { left, right });
  };

  const evaluateVector = async (expression: Expression, steps: Steps): Promise<readonly Column[]> => {
    switch (expression.kind) {
      case 'vector-selector':
        return selectInstant(run, { selector: expression, steps, times: false });
      case 'call':
        return callForVector(evaluator, expression, steps);
      case 'aggregation':
        return aggregate(evaluator, expression, steps);
      case 'binary':
        return evaluateBinary(expression, steps);
      case 'unary': {
        const columns = await evaluator.vector(expression.inner, steps);
        if (expression.operator === '+') return columns;
        const negated = columns.map((column) => ({
          ...withoutName(column, run.delayedNameRemoval),
          values: column.values.map((value) => -value),
          present: column.present,
        }));
        return run.delayedNameRemoval ? negated : refuseSameLabels(negated);
      }
      case 'parenthesised':
        return evaluateVector(expression.inner, steps);
      case 'number':
      case 'string':
      case 'matrix-selector':
      case 'subquery':
        throw wrongType(expression, 'vector');
    }
  };

  const evaluator: Evaluator = {
    run,
    async vector(expression, steps) {
      const inner = withoutParentheses(expression);
      const pause = run.budget.pause();
      if (pause !== undefined) await pause;
      if (steps.count === 1 || !isStepInvariant(inner)) return evaluateVector(inner, steps);
      const once = await evaluateVector(inner, { ...steps, count: 1 });
      run.budget.charge(once.length * steps.count);
      return repeat(once, steps.count);
    },
    async scalar(expression, steps) {
      const inner = withoutParentheses(expression);
      switch (inner.kind) {
        case 'number':
          return new Float64Array(steps.count).fill(inner.value);
        case 'call':
          return callForScalar(evaluator, inner, steps);
        case 'unary': {
          const values = await evaluator.scalar(inner.inner, steps);
          return inner.operator === '-' ? values.map((value) => -value) : values;
        }
        case 'binary': {
          const left = await evaluator.scalar(inner.left, steps);
          return betweenScalars(inner, left, await evaluator.scalar(inner.right, steps));
        }
        case 'parenthesised':
          return evaluator.scalar(inner.inner, steps);
        case 'string':
        case 'vector-selector':
        case 'matrix-selector':
        case 'subquery':
        case 'aggregation':
          throw wrongType(inner, 'scalar');
      }
    },
    async range(expression, steps) {
      const inner = withoutParentheses(expression);
      if (inner.kind === 'matrix-selector') return selectRange(run, inner, steps);
      if (inner.kind === 'subquery') return evaluateSubquery(evaluator, inner, steps);
      throw wrongType(inner, 'range vector');
    },
    text(expression) {
      const inner = withoutParentheses(expression);
      if (inner.kind === 'string') return inner.value;
      throw wrongType(inner, 'string');
    },
    sampleTimes: (selector, steps) => selectInstant(run, { selector, steps, times: true }),
  };
  return evaluator;
}
