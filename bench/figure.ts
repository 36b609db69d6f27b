/** One measured figure beside a baseline of the same run. */
export interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: { readonly name: string; readonly value: number };
}

/** Prints a figure as one JSON line, with the ratio to its baseline. */
export function print(bench: string, { figure, value, unit, baseline }: Figure): void {
  const round = (number: number): number => Number(number.toPrecision(4));
  const ratio = baseline.value === 0 ? null : round(value / baseline.value);
  console.log(
    JSON.stringify({
      bench,
      figure,
      value: round(value),
      unit,
      baseline: { name: baseline.name, value: round(baseline.value) },
      ratio,
    }),
  );
}

/** The value below which `share` of the values lie, by nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}
