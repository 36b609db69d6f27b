import { z } from 'zod';
import { detailsOf, shortText, type EventType } from '../event-type.ts';

/** What administrators change, and the two types for acts that have none of their own. */
export const administrationTypes: readonly EventType[] = [
  {
    type: 'user.status-change',
    category: 'user status',
    title: 'Status of a user changed',
    retention: 'security',
    severity: 'medium',
    details: detailsOf({
      before: shortText.optional(),
      after: shortText,
      reason: shortText.optional(),
      email: shortText.optional(),
    }),
    sensitive: { 'details.email': 'target', 'details.reason': 'target' },
    ocsf: { class: 3001, activity: 99 },
    ecs: { category: ['iam'], type: ['user', 'change'] },
  },
  {
    type: 'configuration.change',
    category: 'configuration',
    title: 'Configuration changed',
    retention: 'security',
    severity: 'medium',
    details: detailsOf({
      setting: shortText,
      before: z.unknown().optional(),
      after: z.unknown().optional(),
      reason: shortText.optional(),
    }),
    ocsf: { class: 6003, activity: 3 },
    ecs: { category: ['configuration'], type: ['change'] },
  },
  {
    type: 'administration.act',
    category: 'administration',
    title: 'Privileged act',
    retention: 'security',
    severity: 'low',
    // Free: what was done is in `action`, and the details follow from it.
    details: z.record(z.string(), z.unknown()),
    ocsf: { class: 6003, activity: 99 },
    ecs: { category: ['configuration'], type: ['admin', 'info'] },
  },
  {
    type: 'application.act',
    category: 'application',
    title: 'Act in an application',
    retention: 'general',
    severity: 'info',
    details: z.record(z.string(), z.unknown()),
    ocsf: { class: 6003, activity: 99 },
    ecs: { category: ['api'], type: ['info'] },
  },
];
