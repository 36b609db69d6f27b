import type { Kernel } from '../../promql/evaluate/range-function.ts';
import { overTimeFunctions } from '../../promql/functions/over-time.ts';
import { extrapolate, rateFunctions, type RateKind } from '../../promql/functions/rates.ts';
import type { Need, Summary } from './types.ts';

/** A function of PromQL that needs no more of a window than its summary. */
export interface RollupFunction {
  of(summary: Summary, window: { readonly startMs: number; readonly endMs: number }): number | undefined;
  readonly needs: readonly Need[];
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

const ends: readonly Need[] = ['first', 'lastMs', 'last'];

const functions: Readonly<Record<string, Omit<RollupFunction, 'kernel'>>> = {
  rate: { of: growth({ isCounter: true, perSecond: true }), needs: [...ends, 'fallen'] },
  increase: { of: growth({ isCounter: true, perSecond: false }), needs: [...ends, 'fallen'] },
  delta: { of: growth({ isCounter: false, perSecond: false }), needs: ends },
  last_over_time: { of: ({ last }) => last, needs: ['last'] },
  min_over_time: { of: ({ least }) => least, needs: ['least'] },
  max_over_time: { of: ({ greatest }) => greatest, needs: ['greatest'] },
  sum_over_time: { of: ({ total }) => total, needs: ['total'], adds: true },
  avg_over_time: { of: ({ total, samples }) => total / samples, needs: ['total'], adds: true },
  count_over_time: { of: ({ samples }) => samples, needs: [] },
  present_over_time: { of: () => 1, needs: [] },
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
