import { compileAnchored } from '../regular-expression.ts';
import type { QueryResult } from '../types.ts';
import type { Expectation } from './script.ts';

const fits = ({ match, text }: Expectation, message: string): boolean => {
  if (match === undefined || text === undefined) return true;
  return match === 'msg' ? message === text : compileAnchored(`.*(?:${text}).*`).matches(message);
};

/** What is wrong with the annotations of a case: each one expected came, and none that was not expected. */
export function wrongAnnotations(
  expectations: readonly Expectation[],
  result: QueryResult,
): string | undefined {
  for (const [kind, messages] of [
    ['warn', result.warnings],
    ['info', result.infos],
  ] as const) {
    const wanted = expectations.filter((expectation) => expectation.kind === kind);
    if (expectations.some((expectation) => expectation.kind === `no_${kind}`) && messages.length > 0) {
      return `expected no ${kind}, got ${messages.join('; ')}`;
    }
    const missing = wanted.find((expectation) => !messages.some((message) => fits(expectation, message)));
    if (missing !== undefined)
      return `expected ${kind} ${missing.text ?? ''}, got ${messages.join('; ') || 'none'}`;
    const other = messages.find((message) => !wanted.some((expectation) => fits(expectation, message)));
    if (wanted.length > 0 && other !== undefined) return `${kind} was not expected: ${other}`;
  }
  return undefined;
}

/** What is wrong with a failure that was expected. */
export function wrongFailure(expectations: readonly Expectation[], message: string): string | undefined {
  const wanted = expectations.filter(({ kind }) => kind === 'fail');
  const missing = wanted.find((expectation) => !fits(expectation, message));
  return missing === undefined ? undefined : `expected failure ${missing.text}, got ${message}`;
}
