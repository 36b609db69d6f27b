import { readText } from '../../ui/address.ts';

/** What the address of the rules on metrics says. */
interface RulesSearch {
  readonly search?: string | undefined;
  readonly show?: string | undefined;
  /** The rule that is open beside the list, by its place in its group, from 0. */
  readonly rule?: number | undefined;
  readonly edit?: 'yes' | undefined;
  /** An expression to make a rule of. */
  readonly expression?: string | undefined;
}

/** Reads the address; what is not understood is as if it were not there. */
export function readRulesSearch(search: Record<string, unknown>): RulesSearch {
  const rule = Number(readText(search['rule']));
  return {
    search: readText(search['search']),
    show: readText(search['show']),
    rule: Number.isSafeInteger(rule) ? rule : undefined,
    edit: search['edit'] === 'yes' ? 'yes' : undefined,
    expression: readText(search['expression']),
  };
}
