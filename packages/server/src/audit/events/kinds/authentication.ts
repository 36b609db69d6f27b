import { z } from 'zod';
import { detailsOf, shortText, type EventType } from '../event-type.ts';

const method = z.enum([
  'password',
  'second-factor',
  'passkey',
  'single-sign-on',
  'token',
  'recovery',
  'other',
]);
const ecs = { category: ['authentication'], type: ['start'] } as const;

/** Who proved to be whom, and how. */
export const authenticationTypes: readonly EventType[] = [
  {
    type: 'authentication.login',
    category: 'authentication',
    title: 'Sign-in',
    retention: 'security',
    severity: 'info',
    details: detailsOf({
      method,
      /** What was typed as the account; often an e-mail address, and not always of an account that exists. */
      login: shortText.optional(),
      userAgent: shortText.optional(),
      reason: shortText.optional(),
    }),
    sensitive: { 'details.login': 'actor', 'details.userAgent': 'actor' },
    ocsf: { class: 3002, activity: 1 },
    ecs,
  },
  {
    type: 'authentication.logout',
    category: 'authentication',
    title: 'Sign-out',
    retention: 'security',
    severity: 'info',
    details: detailsOf({ reason: shortText.optional() }),
    ocsf: { class: 3002, activity: 2 },
    ecs: { category: ['authentication'], type: ['end'] },
  },
  {
    type: 'authentication.credential-change',
    category: 'authentication',
    title: 'Password, key or second factor changed',
    retention: 'security',
    severity: 'medium',
    details: detailsOf({
      credential: z.enum(['password', 'second-factor', 'passkey', 'token', 'recovery-codes', 'other']),
      change: z.enum(['added', 'changed', 'reset', 'removed']),
    }),
    ocsf: { class: 3001, activity: 3 },
    ecs: { category: ['iam'], type: ['user', 'change'] },
  },
];
