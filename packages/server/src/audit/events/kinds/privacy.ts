import { z } from 'zod';
import { count, detailsOf, shortText, type EventType } from '../event-type.ts';

/** What people are owed about their data: consent, copies that leave, erasure (GDPR articles 7, 15, 17, 20). */
export const privacyTypes: readonly EventType[] = [
  {
    type: 'consent.change',
    category: 'consent',
    title: 'Consent given or withdrawn',
    retention: 'security',
    severity: 'info',
    details: detailsOf({
      purpose: shortText,
      given: z.boolean('must be true or false'),
      /** Version of the text that the person saw. */
      version: shortText.optional(),
    }),
    ocsf: { class: 6003, activity: 3 },
    ecs: { category: ['iam'], type: ['change'] },
  },
  {
    type: 'data.export',
    category: 'export',
    title: 'Data exported',
    retention: 'security',
    severity: 'medium',
    details: detailsOf({
      resource: shortText,
      format: shortText,
      recordCount: count,
      recipient: shortText.optional(),
      purpose: shortText.optional(),
    }),
    sensitive: { 'details.recipient': 'actor' },
    ocsf: { class: 6005, activity: 1 },
    ecs: { category: ['database'], type: ['access'] },
  },
  {
    type: 'data.erasure',
    category: 'erasure',
    title: 'Personal data erased',
    retention: 'security',
    severity: 'medium',
    details: detailsOf({
      /** The erased person by the vault's own pseudonym, which leads to nobody after the erasure. */
      subjectRef: shortText,
      fields: count,
      events: count,
      reason: shortText.optional(),
    }),
    ocsf: { class: 6005, activity: 7 },
    ecs: { category: ['database'], type: ['deletion'] },
  },
];
