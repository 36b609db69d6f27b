import { absenceFunctions } from '../functions/absence.ts';
import { changeFunctions } from '../functions/changes.ts';
import { clampFunctions } from '../functions/clamp.ts';
import { conversionFunctions, scalarFunctions, stepTimes } from '../functions/conversions.ts';
import { dateFunctions } from '../functions/dates.ts';
import { histogramFunctions, warnOfQuantiles } from '../functions/histograms.ts';
import { labelFunctions } from '../functions/labels.ts';
import { mathematicalFunctions } from '../functions/mathematics.ts';
import { orderingFunctions } from '../functions/ordering.ts';
import { overTimeFunctions } from '../functions/over-time.ts';
import { rateFunctions } from '../functions/rates.ts';
import { regressionFunctions } from '../functions/regression.ts';
import { smoothingFunctions } from '../functions/smoothing.ts';
import { trigonometricFunctions } from '../functions/trigonometry.ts';
import { noLabels } from '../label-set.ts';
import { withoutParentheses, type Call } from '../syntax/ast.ts';
import { typeOf } from '../syntax/type-check.ts';
import { emptyColumn, type Column, type Steps } from './column.ts';
import type { CallSite, Evaluator } from './evaluator.ts';
import { pushDown } from './push-down.ts';
import { applyRangeFunction } from './range-function.ts';
import { applySampleFunction } from './sample-function.ts';

const rangeFunctions = new Map([
  ...overTimeFunctions,
  ...changeFunctions,
  ...rateFunctions,
  ...regressionFunctions,
  ...smoothingFunctions,
]);
const sampleFunctions = new Map([...mathematicalFunctions, ...trigonometricFunctions, ...dateFunctions]);
const vectorFunctions = new Map([
  ...absenceFunctions,
  ...clampFunctions,
  ...conversionFunctions,
  ...histogramFunctions,
  ...labelFunctions,
  ...orderingFunctions,
]);

const noParameter = new Float64Array(0);

async function callOnRange(name: string, { evaluator, args, steps }: CallSite): Promise<readonly Column[]> {
  const argument = args.find((candidate) => typeOf(candidate) === 'matrix')!;
  const [other, second] = args.filter((candidate) => candidate !== argument);
  const rangeFunction = rangeFunctions.get(name)!;
  if (other === undefined) {
    const pushed = await pushDown(evaluator.run, { name, rangeFunction, argument, steps });
    if (pushed !== undefined) return pushed;
  }
  const parameters = other === undefined ? noParameter : await evaluator.scalar(other, steps);
  const input = await evaluator.range(argument, steps);
  if (name === 'quantile_over_time' && input.series.length > 0) {
    warnOfQuantiles(evaluator.run, parameters, withoutParentheses(other!).span);
  }
  return applyRangeFunction(evaluator.run, rangeFunction, {
    input,
    steps,
    parameters,
    ...(second === undefined ? {} : { secondParameters: await evaluator.scalar(second, steps) }),
    span: withoutParentheses(argument).span,
  });
}

async function callOnSamples(name: string, { evaluator, args, steps }: CallSite): Promise<readonly Column[]> {
  let columns: readonly Column[];
  if (args[0] === undefined) {
    const times = emptyColumn(noLabels, steps.count);
    times.values.set(stepTimes(steps));
    times.present.fill(1);
    columns = [times];
  } else columns = await evaluator.vector(args[0], steps);
  const parameter =
    args[1] === undefined ? new Float64Array(steps.count).fill(1) : await evaluator.scalar(args[1], steps);
  return applySampleFunction(evaluator.run, sampleFunctions.get(name)!, { columns, parameter });
}

/** Evaluates a call that gives an instant vector. */
export async function callForVector(
  evaluator: Evaluator,
  call: Call,
  steps: Steps,
): Promise<readonly Column[]> {
  const site: CallSite = { evaluator, args: call.args, steps, span: call.span };
  if (rangeFunctions.has(call.name)) return callOnRange(call.name, site);
  if (sampleFunctions.has(call.name)) return callOnSamples(call.name, site);
  return vectorFunctions.get(call.name)!(site);
}

/** Evaluates a call that gives a scalar. */
export async function callForScalar(evaluator: Evaluator, call: Call, steps: Steps): Promise<Float64Array> {
  return scalarFunctions.get(call.name)!({
    evaluator,
    args: call.args,
    steps,
    span: call.span,
  });
}
