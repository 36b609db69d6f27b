import type { Clock } from '../../base/clock.ts';
import { createAnnotations } from './annotations.ts';
import { PromqlError } from './errors.ts';
import { createBudget } from './evaluate/budget.ts';
import { emptyColumn, type Steps } from './evaluate/column.ts';
import { createEvaluator } from './evaluate/create-evaluator.ts';
import type { Evaluator } from './evaluate/evaluator.ts';
import { matrixSeries, vectorSamples, windowSeries } from './evaluate/finish.ts';
import { noLabels } from './label-set.ts';
import { typeNames, withoutParentheses, type Expression } from './syntax/ast.ts';
import { parseQuery } from './syntax/parse.ts';
import { typeOf } from './syntax/type-check.ts';
import type {
  InstantQuery,
  QueryBounds,
  QueryLimits,
  QueryResult,
  QueryValue,
  RangeQuery,
  SampleStorage,
} from './types.ts';

export interface PromqlEngineOptions {
  readonly storage: SampleStorage;
  readonly clock: Clock;
  readonly limits?: Partial<QueryLimits>;
  /** How far an instant selector looks back; five minutes unless given, as in Prometheus. */
  readonly lookbackMs?: number;
  /** The step of subqueries that name none; one minute unless given. */
  readonly subqueryStepMs?: number;
  /** Prometheus's feature `promql-delayed-name-removal`; off unless given, as there. */
  readonly delayedNameRemoval?: boolean;
}

export interface PromqlEngine {
  /** Evaluates at one time. Throws `PromqlError`. */
  instant(query: InstantQuery): Promise<QueryResult>;
  /** Evaluates at `fromMs` and every `stepMs` until `toMs`. Throws `PromqlError`. */
  range(query: RangeQuery): Promise<QueryResult>;
}

const defaultLimits: QueryLimits = {
  maxSamples: 50_000_000,
  maxSeries: 500_000,
  maxSteps: 11_000,
  timeoutMs: 120_000,
};

const badData = (message: string): PromqlError => new PromqlError('bad_data', message);

interface Task {
  readonly query: string;
  readonly expression: Expression;
  readonly steps: Steps;
  readonly endMs: number;
  readonly asked: QueryBounds;
}

async function instantValue(evaluator: Evaluator, expression: Expression, steps: Steps): Promise<QueryValue> {
  const atMs = steps.startMs;
  switch (typeOf(expression)) {
    case 'string':
      return { type: 'string', atMs, value: evaluator.text(expression) };
    case 'scalar':
      return { type: 'scalar', atMs, value: (await evaluator.scalar(expression, steps))[0]! };
    case 'vector':
      return { type: 'vector', samples: vectorSamples(await evaluator.vector(expression, steps), atMs) };
    case 'matrix':
      return { type: 'matrix', series: windowSeries(await evaluator.range(expression, steps)) };
  }
}

async function rangeValue(evaluator: Evaluator, expression: Expression, steps: Steps): Promise<QueryValue> {
  if (typeOf(expression) === 'vector') {
    return { type: 'matrix', series: matrixSeries(await evaluator.vector(expression, steps), steps) };
  }
  const column = emptyColumn(noLabels, steps.count);
  column.values.set(await evaluator.scalar(expression, steps));
  column.present.fill(1);
  return { type: 'matrix', series: matrixSeries([column], steps) };
}

/**
 * Makes an engine that answers PromQL from a storage.
 *
 * @example
 * const engine = createPromqlEngine({ storage, clock: systemClock });
 * await engine.instant({ query: 'sum by (job) (rate(http_requests_total[5m]))', atMs: clock.now() });
 */
export function createPromqlEngine(options: PromqlEngineOptions): PromqlEngine {
  const limits: QueryLimits = { ...defaultLimits, ...options.limits };

  const perform = async (
    { query, steps, endMs, asked, expression }: Task,
    evaluate: (evaluator: Evaluator, expression: Expression, steps: Steps) => Promise<QueryValue>,
  ): Promise<QueryResult> => {
    const annotations = createAnnotations(query);
    const timeoutMs = Math.min(limits.timeoutMs, asked.timeoutMs ?? Infinity);
    const signal = asked.signal ?? new AbortController().signal;
    const budget = createBudget({ ...limits, timeoutMs }, options.clock, signal);
    const evaluator = createEvaluator({
      storage: options.storage,
      budget,
      annotations,
      lookbackMs: asked.lookbackMs ?? options.lookbackMs ?? 300_000,
      subqueryStepMs: options.subqueryStepMs ?? 60_000,
      delayedNameRemoval: options.delayedNameRemoval ?? false,
      startMs: steps.startMs,
      endMs,
    });
    try {
      const value = await evaluate(evaluator, expression, steps);
      return {
        value,
        warnings: [...annotations.warnings],
        infos: [...annotations.infos],
        ...(asked.countSamples === true ? { samples: budget.samples() } : {}),
      };
    } finally {
      budget.close();
    }
  };

  return {
    async instant({ query, atMs, ...asked }) {
      if (!Number.isSafeInteger(atMs)) throw badData('the time must be a whole number of milliseconds');
      const steps: Steps = { startMs: atMs, stepMs: 1, count: 1 };
      return perform({ query, expression: parseQuery(query), steps, endMs: atMs, asked }, instantValue);
    },
    async range({ query, fromMs, toMs, stepMs, ...asked }) {
      if (![fromMs, toMs, stepMs].every(Number.isSafeInteger)) {
        throw badData('start, end and step must be whole numbers of milliseconds');
      }
      if (toMs < fromMs) throw badData('end timestamp must not be before start time');
      if (stepMs <= 0) {
        throw badData(
          'zero or negative query resolution step widths are not accepted. Try a positive integer',
        );
      }
      const count = Math.floor((toMs - fromMs) / stepMs) + 1;
      if (count - 1 > limits.maxSteps) {
        throw badData(
          `exceeded maximum resolution of ${limits.maxSteps.toLocaleString('en-US')} points per timeseries. ` +
            'Try decreasing the query resolution (?step=XX)',
        );
      }
      const expression = parseQuery(query);
      const type = typeOf(withoutParentheses(expression));
      if (type !== 'vector' && type !== 'scalar') {
        throw badData(
          `invalid expression type ${JSON.stringify(typeNames[type])} for range query, must be Scalar or instant Vector`,
        );
      }
      const steps: Steps = { startMs: fromMs, stepMs, count };
      return perform({ query, expression, steps, endMs: toMs, asked }, rangeValue);
    },
  };
}
