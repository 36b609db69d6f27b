import { z } from 'zod';
import { count, detailsOf, shortText, type EventType } from '../event-type.ts';

const grouped = {
  count,
  first: z.iso.datetime(),
  last: z.iso.datetime(),
};

/** What the intake itself saw, one event for many occurrences: row A9, and the drops of row A11. */
export const intakeTypes: readonly EventType[] = [
  {
    type: 'intake.invalid',
    category: 'security event',
    title: 'Events refused because they were not valid',
    retention: 'security',
    severity: 'low',
    details: detailsOf({ ...grouped, fields: z.array(shortText).max(20) }),
    ocsf: { class: 6003, activity: 99 },
    ecs: { category: ['web'], type: ['error'] },
  },
  {
    type: 'intake.rate-limited',
    category: 'security event',
    title: 'Events dropped by the rate limit',
    retention: 'security',
    severity: 'medium',
    details: detailsOf({ ...grouped, dropped: count }),
    ocsf: { class: 6003, activity: 99 },
    ecs: { category: ['web'], type: ['denied'] },
  },
  {
    type: 'intake.blocked',
    category: 'security event',
    title: 'Calls blocked',
    retention: 'security',
    severity: 'high',
    details: detailsOf({ ...grouped, reasons: z.array(shortText).max(20) }),
    ocsf: { class: 6003, activity: 99 },
    ecs: { category: ['web'], type: ['denied'] },
  },
];
