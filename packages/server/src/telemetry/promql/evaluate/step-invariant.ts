import { withoutParentheses, type Expression } from '../syntax/ast.ts';

// Their results depend on the time of evaluation even when their arguments do not.
const timeDependent = new Set(['time', 'timestamp', 'predict_linear']);
const timeByDefault = new Set(
  'day_of_month day_of_week day_of_year days_in_month hour minute month year'.split(' '),
);

const known = new WeakMap<Expression, boolean>();

function decide(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return true;
    case 'vector-selector':
    case 'subquery':
      return expression.at !== undefined;
    case 'matrix-selector':
      return expression.selector.at !== undefined;
    case 'parenthesised':
    case 'unary':
      return isStepInvariant(expression.inner);
    case 'binary':
      return isStepInvariant(expression.left) && isStepInvariant(expression.right);
    case 'aggregation':
      return (
        isStepInvariant(expression.inner) &&
        (expression.parameter === undefined || isStepInvariant(expression.parameter))
      );
    case 'call': {
      if (expression.args.length === 0 && timeByDefault.has(expression.name)) return false;
      const [first] = expression.args;
      // The time of a fixed sample is fixed.
      const ofSample = first !== undefined && withoutParentheses(first).kind === 'vector-selector';
      if (timeDependent.has(expression.name) && !(expression.name === 'timestamp' && ofSample)) return false;
      return expression.args.every(isStepInvariant);
    }
  }
}

/** True when an expression has the same result at every step, so that one evaluation is enough. */
export function isStepInvariant(expression: Expression): boolean {
  let answer = known.get(expression);
  if (answer === undefined) {
    answer = decide(expression);
    known.set(expression, answer);
  }
  return answer;
}
