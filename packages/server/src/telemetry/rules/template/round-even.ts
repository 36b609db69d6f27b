/**
 * `toFixed` and `toExponential` with ties to the even digit, as Go writes numbers; JavaScript takes the larger
 * one. A tie is exact: the digits that JavaScript gives on request are those of the double itself.
 */
const most = 100;

/** The number cut after `kept` digits of `exact`, when rounding up made its last digit odd on a tie. */
function evened(rounded: string, exact: string): string {
  const kept = exact.slice(0, rounded.length);
  const isTie = /^\.?50*$/.test(exact.slice(rounded.length));
  if (!isTie || !/[13579]$/.test(rounded) || kept.length !== rounded.length) return rounded;
  return kept;
}

export function fixedEven(value: number, digits: number): string {
  return digits >= most ? value.toFixed(digits) : evened(value.toFixed(digits), value.toFixed(most));
}

export function exponentialEven(value: number, digits: number): string {
  const [rounded = '', power = ''] = value.toExponential(digits).split('e');
  const [exact = '', exactPower = ''] = value.toExponential(most).split('e');
  return power === exactPower ? `${evened(rounded, exact)}e${power}` : `${rounded}e${power}`;
}
