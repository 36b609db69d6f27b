import type { ColumnParameters } from '../../storage/columns/columns.ts';
import type { Condition, EqualField } from './condition.ts';

/** A condition as part of a statement: what stands after `WHERE`, and the values bound to it. */
export interface ConditionSql {
  readonly where: string;
  readonly parameters: ColumnParameters;
}

export const columnOf: Readonly<Record<EqualField, string>> = {
  actor: 'actor_id',
  target: 'target_id',
  outcome: 'outcome',
  type: 'type',
  severity: 'severity',
  source: 'source',
  tenant: 'tenant',
  requestId: 'request_id',
  traceId: 'trace_id',
};

/** The form in which the skip index of parties is declared; only this form uses it. */
const isParty = (parameter: string): string => `has([actor_id, target_id], {${parameter}:String})`;
const isOneOf = (parameter: string): string => `hasAny([actor_id, target_id], {${parameter}:Array(String)})`;

/**
 * The needle is in the leaf, which is ASCII, or in the leaf as it was folded. Arithmetic, because the engine
 * copies whole columns to evaluate `if` and `OR` for some rows only.
 */
const holds = (parameter: string): string =>
  `positionCaseInsensitive(leaf, {${parameter}:String}) * (folded = '') + position(folded, {${parameter}:String}) > 0`;

/** Says in SQL what `matches.ts` says in TypeScript; a property test holds the two together. */
export function conditionSql(condition: Condition): ConditionSql {
  const { from, to, log, equal, actors, parties, action, types, needles, pairs, security } = condition;
  const parameters: Record<string, unknown> = {};
  // Entries that are no events have no type.
  const terms: string[] = ["type != ''"];
  if (log !== undefined) {
    parameters['log'] = log;
    terms.push('log = {log:String}');
  }
  if (from !== undefined) {
    parameters['from'] = from;
    terms.push('received_ms >= {from:Int64}');
  }
  if (to !== undefined) {
    parameters['to'] = to;
    terms.push('received_ms < {to:Int64}');
  }
  for (const [field, wanted] of Object.entries(equal)) {
    parameters[field] = wanted;
    terms.push(`${columnOf[field as EqualField]} = {${field}:String}`);
    if (field === 'actor' || field === 'target') terms.push(isParty(field));
  }
  if (actors !== undefined) {
    parameters['actors'] = actors;
    terms.push('has({actors:Array(String)}, actor_id)', isOneOf('actors'));
  }
  if (parties?.length === 1) {
    parameters['party'] = parties[0];
    terms.push(isParty('party'));
  } else if (parties !== undefined) {
    parameters['parties'] = parties;
    terms.push(isOneOf('parties'));
  }
  if (action !== undefined) {
    parameters['action'] = action;
    parameters['actions'] = `${action}.`;
    terms.push('(action = {action:String} OR startsWith(action, {actions:String}))');
  }
  if (types !== undefined) {
    parameters['types'] = types;
    terms.push('has({types:Array(String)}, type)');
  }
  if (security !== undefined) {
    parameters['always'] = security.always;
    parameters['whenRefused'] = security.whenRefused;
    terms.push(
      `(has({always:Array(String)}, type)
        OR outcome IN ('failed', 'denied') AND has({whenRefused:Array(String)}, type))`,
    );
  }
  for (const [number, pair] of (pairs ?? []).entries()) {
    parameters[`pair${number}`] = pair;
    terms.push(`has(details, {pair${number}:String})`);
  }
  if (needles !== undefined) {
    const alternatives = needles.map((needle, number) => {
      parameters[`needle${number}`] = needle;
      return holds(`needle${number}`);
    });
    terms.push(`(${alternatives.join(' OR ')})`);
  }
  return { where: terms.join('\n  AND '), parameters };
}
