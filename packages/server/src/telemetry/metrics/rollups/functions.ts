import type { Kernel } from '../../promql/evaluate/range-function.ts';
import { overTimeFunctions } from '../../promql/functions/over-time.ts';
import { extrapolate, rateFunctions, type RateKind } from '../../promql/functions/rates.ts';
import type { Summary } from './types.ts';

/** A function of PromQL that needs no more of a window than its summary. */
export interface RollupFunction {
  of(summary: Summary, window: { readonly startMs: number; readonly endMs: number }): number | undefined;
  /** The engine's own, for windows of samples. */
  readonly kernel: Kernel;
  /** True where sums decide: of numbers that are odd they depend on the order in which they are added. */
  readonly adds?: boolean;
}

function growth(kind: RateKind): RollupFunction['of'] {
  return ({ samples, firstMs, first, lastMs, last, fallen }, { startMs, endMs }) => {
    if (samples < 2) return undefined;
    const grown = kind.isCounter ? last - first + fallen : last - first;
    return extrapolate({ samples, firstMs, lastMs, first, growth: grown, startMs, endMs }, kind);
  };
}

const functions: Readonly<Record<string, Omit<RollupFunction, 'kernel'>>> = {
  rate: { of: growth({ isCounter: true, perSecond: true }) },
  increase: { of: growth({ isCounter: true, perSecond: false }) },
  delta: { of: growth({ isCounter: false, perSecond: false }) },
  last_over_time: { of: ({ last }) => last },
  min_over_time: { of: ({ least }) => least },
  max_over_time: { of: ({ greatest }) => greatest },
  sum_over_time: { of: ({ total }) => total, adds: true },
  avg_over_time: { of: ({ total, samples }) => total / samples, adds: true },
  count_over_time: { of: ({ samples }) => samples },
  present_over_time: { of: () => 1 },
};

const kernels = new Map([...rateFunctions, ...overTimeFunctions]);

/** By name in PromQL. */
export const rollupFunctions: ReadonlyMap<string, RollupFunction> = new Map(
  Object.entries(functions).map(([name, found]) => {
    const known = kernels.get(name);
    if (known === undefined) throw new Error(`PromQL has no function ${name}.`);
    return [name, { ...found, kernel: known.kernel }];
  }),
);
