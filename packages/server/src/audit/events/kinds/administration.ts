import { z } from 'zod';
import { detailsOf, shortText, type EventType } from '../event-type.ts';

/** What administrators change: the standing of a user, and how things are set. */
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
];
