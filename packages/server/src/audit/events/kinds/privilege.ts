import { z } from 'zod';
import { detailsOf, shortText, type EventType } from '../event-type.ts';

const details = detailsOf({
  privileges: z.array(shortText).min(1, 'must name at least one').max(200, 'must name at most 200'),
  reason: shortText.optional(),
  /** When it ends by itself, for privileges that are lent. */
  until: z.iso.datetime({ offset: true }).optional(),
});

/** Who may do what, and who used a privilege that few have. */
export const privilegeTypes: readonly EventType[] = [
  {
    type: 'privilege.grant',
    category: 'privilege',
    title: 'Privilege granted',
    retention: 'security',
    severity: 'medium',
    details,
    ocsf: { class: 3005, activity: 1 },
    ecs: { category: ['iam'], type: ['admin', 'change'] },
  },
  {
    type: 'privilege.revoke',
    category: 'privilege',
    title: 'Privilege taken away',
    retention: 'security',
    severity: 'medium',
    details,
    ocsf: { class: 3005, activity: 2 },
    ecs: { category: ['iam'], type: ['admin', 'change'] },
  },
  {
    type: 'privilege.use',
    category: 'privilege',
    title: 'Privilege used',
    retention: 'security',
    severity: 'low',
    details,
    ocsf: { class: 3003, activity: 1 },
    ecs: { category: ['iam'], type: ['admin', 'access'] },
  },
];
