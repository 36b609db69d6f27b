import { z } from 'zod';
import { count, detailsOf, longText, shortText, type EventType } from '../event-type.ts';

/** Looking at things: refused, in an investigation, and at data with the query and the number of records. */
export const accessTypes: readonly EventType[] = [
  {
    type: 'access.violation',
    category: 'access violation',
    title: 'Access refused',
    retention: 'security',
    severity: 'high',
    details: detailsOf({
      resource: shortText,
      permission: shortText.optional(),
      reason: shortText.optional(),
    }),
    ocsf: { class: 6003, activity: 99 },
    ecs: { category: ['web'], type: ['access', 'denied'] },
  },
  {
    type: 'investigation.access',
    category: 'investigation access',
    title: 'Investigation opened, read or changed',
    retention: 'security',
    severity: 'low',
    details: detailsOf({
      caseId: shortText,
      act: z.enum(['opened', 'read', 'changed', 'exported', 'closed']),
      reason: shortText.optional(),
    }),
    ocsf: { class: 6003, activity: 2 },
    ecs: { category: ['database'], type: ['access'] },
  },
  {
    type: 'data.access',
    category: 'data access',
    title: 'Data read',
    retention: 'security',
    severity: 'info',
    details: detailsOf({
      /** What was read: a table, a collection, a report. */
      resource: shortText,
      /** The query as it ran; what people put into queries is often about other people. */
      query: longText.optional(),
      recordCount: count,
      purpose: shortText.optional(),
    }),
    sensitive: { 'details.query': 'target' },
    ocsf: { class: 6005, activity: 4 },
    ecs: { category: ['database'], type: ['access'] },
  },
];
