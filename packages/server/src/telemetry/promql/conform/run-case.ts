import { messageOf } from '../../../base/errors.ts';
import type { PromqlEngine } from '../engine.ts';
import { ExperimentalFeatureError, PromqlError } from '../errors.ts';
import { wrongAnnotations, wrongFailure } from './check-annotations.ts';
import { differenceOf, resultAt } from './compare.ts';
import type { QueryResult, QueryValue } from '../types.ts';
import type { EvalCommand } from './script.ts';
import type { ScriptStorage } from './script-storage.ts';

export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'skipped'; readonly reason: string };

const minuteMs = 60_000;

/** Upstream asks every instant query again as the middle step of a range query. */
async function wrongAsStep(
  engine: PromqlEngine,
  command: EvalCommand,
  instant: QueryValue,
): Promise<string | undefined> {
  const { atMs, query } = command;
  const around = { fromMs: atMs - minuteMs, toMs: atMs + minuteMs, stepMs: minuteMs };
  const { value } = await engine.range({ query, ...around });
  const expectations = command.expectations.filter(({ kind }) => kind !== 'ordered');
  const wrong = differenceOf({ ...command, expectations }, resultAt(value, instant, atMs));
  return wrong === undefined ? undefined : `as a step of a range query: ${wrong}`;
}

interface Verdict {
  readonly wrong?: string | undefined;
  /** Why the case cannot be judged. */
  readonly foreign?: string | undefined;
}

async function judge(engine: PromqlEngine, storage: ScriptStorage, command: EvalCommand): Promise<Verdict> {
  const { query, atMs, grid, expectations } = command;
  const expectsFailure = expectations.some(({ kind }) => kind === 'fail');
  storage.takeReason();
  let result: QueryResult;
  try {
    result = await (grid === undefined ? engine.instant({ query, atMs }) : engine.range({ query, ...grid }));
  } catch (error) {
    if (error instanceof ExperimentalFeatureError || !(error instanceof PromqlError)) throw error;
    const foreign = storage.takeReason();
    return { foreign, wrong: expectsFailure ? wrongFailure(expectations, error.message) : error.message };
  }
  const foreign = storage.takeReason();
  if (foreign !== undefined) return { foreign };
  if (expectsFailure) return { wrong: 'was expected to fail and did not' };
  const wrong = wrongAnnotations(expectations, result) ?? differenceOf(command, result.value);
  const { type } = result.value;
  // Its bounds are those of the query, which are others in the second asking.
  const bounded = /@\s*(?:start|end)\s*\(/i.test(query);
  if (wrong !== undefined || grid !== undefined || bounded || type === 'string' || type === 'matrix') {
    return { wrong };
  }
  const inRange = await wrongAsStep(engine, command, result.value);
  // The steps around may see other samples than the one that is asked for.
  return storage.takeReason() === undefined ? { wrong: inRange } : {};
}

/** Runs one case and says how it went. Cases that need what is not built are skipped with the reason. */
export async function runCase(
  engine: PromqlEngine,
  storage: ScriptStorage,
  command: EvalCommand,
): Promise<Outcome> {
  if (command.results.some((line) => line.includes('{{'))) {
    return { kind: 'skipped', reason: 'expects native histograms' };
  }
  try {
    const { wrong, foreign } = await judge(engine, storage, command);
    if (foreign !== undefined) return { kind: 'skipped', reason: foreign };
    return wrong === undefined ? { kind: 'passed' } : { kind: 'failed', reason: wrong };
  } catch (error) {
    if (!(error instanceof ExperimentalFeatureError)) return { kind: 'failed', reason: messageOf(error) };
    return { kind: 'skipped', reason: error.message.replace(/^[\d:]+ parse error: /, '') };
  }
}
