import type { LeafEvent } from '../events/types.ts';
import type { Condition, EqualField, SecurityTypes } from './condition.ts';
import { detailPairs } from './detail-pairs.ts';
import { detailsOf, foldedLeaf, type IndexedEntry } from './indexed-entry.ts';

/** The value that a field is compared by; a sealed or absent one is empty. */
export const valueOf: Readonly<Record<EqualField, (event: LeafEvent) => string>> = {
  actor: ({ actor }) => actor.id ?? '',
  target: ({ target }) => target?.id ?? '',
  outcome: ({ outcome }) => outcome,
  type: ({ type }) => type,
  severity: ({ severity }) => severity,
  source: ({ source }) => source,
  tenant: ({ tenant }) => tenant ?? '',
  requestId: ({ requestId }) => requestId ?? '',
  traceId: ({ traceId }) => traceId ?? '',
};

const refused = new Set(['failed', 'denied']);

function isSecurity({ type, outcome }: LeafEvent, { always, whenRefused }: SecurityTypes): boolean {
  return always.includes(type) || (refused.has(outcome) && whenRefused.includes(type));
}

/** True when the entry is an event that the condition is true of; `condition-sql.ts` says the same in SQL. */
export function matches(entry: IndexedEntry, condition: Condition): boolean {
  const { event, receivedTime } = entry;
  if (event === null) return false;
  const { from, to, log, equal, actors, parties, action, types, needles, pairs, security } = condition;
  if (log !== undefined && entry.log !== log) return false;
  if (from !== undefined && receivedTime < from) return false;
  if (to !== undefined && receivedTime >= to) return false;
  for (const [field, wanted] of Object.entries(equal)) {
    if (valueOf[field as EqualField](event) !== wanted) return false;
  }
  const [actorId, targetId] = [valueOf.actor(event), valueOf.target(event)];
  if (actors !== undefined && !actors.includes(actorId)) return false;
  if (parties !== undefined && !parties.includes(actorId) && !parties.includes(targetId)) return false;
  if (action !== undefined && event.action !== action && !event.action.startsWith(`${action}.`)) return false;
  if (types !== undefined && !types.includes(event.type)) return false;
  if (security !== undefined && !isSecurity(event, security)) return false;
  if (pairs !== undefined) {
    const present = new Set(detailPairs(detailsOf(event)));
    if (!pairs.every((pair) => present.has(pair))) return false;
  }
  if (needles === undefined) return true;
  const leaf = foldedLeaf(entry);
  return needles.some((needle) => leaf.includes(needle));
}
