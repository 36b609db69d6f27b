import type { ObjectFacts, ObjectView } from './types.ts';

/** True when a view takes an object in. What belongs to no team is seen by its owners only. */
export function seesObject(view: ObjectView, { owners, team }: ObjectFacts): boolean {
  if (view.reach === 'all') return true;
  if (view.reach === 'none') return false;
  if (owners.includes(view.userId)) return true;
  return view.reach === 'team' && team !== null && view.teams.includes(team);
}
