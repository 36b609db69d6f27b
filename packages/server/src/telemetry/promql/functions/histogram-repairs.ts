import { forMetric } from '../annotations.ts';
import type { Lifted } from '../classic-histogram.ts';
import type { Run } from '../evaluate/evaluator.ts';
import type { Span } from '../errors.ts';
import { writeGeneral } from '../number-text.ts';

interface Repair extends Lifted {
  readonly samples: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Gathers what had to be repaired in the histograms of one call and tells it once per metric. */
export interface Repairs {
  add(name: string, lifted: Lifted, atMs: number): void;
  tell(): void;
}

const timeText = (ms: number): string =>
  `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;

export function createRepairs(run: Run, span: Span): Repairs {
  const byName = new Map<string, Repair>();
  return {
    add(name, { fromBound, toBound, most }, atMs) {
      const known = byName.get(name);
      byName.set(name, {
        fromBound: Math.min(known?.fromBound ?? Infinity, fromBound),
        toBound: Math.max(known?.toBound ?? -Infinity, toBound),
        most: Math.max(known?.most ?? 0, most),
        samples: (known?.samples ?? 0) + 1,
        firstMs: Math.min(known?.firstMs ?? Infinity, atMs),
        lastMs: Math.max(known?.lastMs ?? -Infinity, atMs),
      });
    },
    tell() {
      for (const [name, repair] of byName) {
        const message =
          'input to histogram_quantile needed to be fixed for monotonicity ' +
          '(see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)';
        run.annotations.inform(
          `${forMetric(message, name)}, from buckets ${writeGeneral(repair.fromBound)} to ` +
            `${writeGeneral(repair.toBound)}, with a max diff of ${writeGeneral(Number(repair.most.toPrecision(2)))}, ` +
            `over ${repair.samples} samples from ${timeText(repair.firstMs)} to ${timeText(repair.lastMs)}`,
          span,
        );
      }
    },
  };
}
