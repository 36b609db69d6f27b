import type { DashboardInput } from '@custos/contract';

export type Variable = DashboardInput['variables'][number];
/** Values by name of variable; none for all of them. */
export type Chosen = Readonly<Record<string, readonly string[]>>;

/** `rate` needs two samples in its window; four steps, and a minute at least, have them. */
const leastRateMs = 60_000;
const rateSteps = 4;

/** Takes the meaning from what is special in a regular expression (RE2). */
function literal(value: string): string {
  return value.replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);
}

/** As text between the double quotes of a selector. */
function quoted(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function textOf(variable: Variable, values: readonly string[]): string {
  // For a variable of several values there is a regular expression: no choice is any value.
  if (variable.multiple) return values.length === 0 ? '.*' : quoted(values.map(literal).join('|'));
  return quoted(values[0] ?? '');
}

/** What is chosen: what the address says, else the variable's own choice. */
export function chosenOf(variables: readonly Variable[], address: Chosen): Chosen {
  return Object.fromEntries(
    variables.map((variable) => [variable.name, address[variable.name] ?? variable.default]),
  );
}

/**
 * An expression with its variables filled in: `$name`, and of the panel itself `$__interval`, its step, and
 * `$__rate`, a window for `rate` that fits the step. What is no variable stays as it is.
 */
export function filledIn(
  expression: string,
  {
    variables,
    chosen,
    stepMs,
  }: { readonly variables: readonly Variable[]; readonly chosen: Chosen; readonly stepMs: number },
): string {
  const seconds = (ms: number): string => `${Math.max(1, Math.round(ms / 1000))}s`;
  return expression.replaceAll(/\$(\w+)|\$\{(\w+)\}/g, (whole, plain?: string, braced?: string) => {
    const name = plain ?? braced ?? '';
    if (name === '__interval') return seconds(stepMs);
    if (name === '__rate') return seconds(Math.max(leastRateMs, stepMs * rateSteps));
    const variable = variables.find((each) => each.name === name);
    return variable === undefined ? whole : textOf(variable, chosen[name] ?? []);
  });
}
