import { invalidInput, type FieldFault } from '../../base/errors.ts';
import type { RuleFault } from './files/read-rule-file.ts';

const sentence = ({ line, group, rule, message }: RuleFault): string => {
  const place = [
    ...(line === null ? [] : [`line ${line}`]),
    ...(group === '' ? [] : [`group ${JSON.stringify(group)}`]),
    ...(rule === '' ? [] : [`rule ${JSON.stringify(rule)}`]),
  ].join(', ');
  return place === '' ? message : `${place}: ${message}`;
};

/** A rule file that cannot be used; `field` names where it was given. */
export function faultyRules(field: string, faults: readonly RuleFault[]): Error {
  const fields: FieldFault[] = faults.slice(0, 50).map((fault) => ({ field, message: sentence(fault) }));
  return invalidInput(fields, `${field}: ${fields[0]?.message ?? 'is not a rule file'}`);
}
