import { detailsOf, shortText, type EventType } from '../event-type.ts';

const details = detailsOf({
  /** An id of the session that opens nothing, never its token. */
  sessionId: shortText,
  reason: shortText.optional(),
  userAgent: shortText.optional(),
});
const sensitive = { 'details.userAgent': 'actor' } as const;

/** The life of a signed-in session. */
export const sessionTypes: readonly EventType[] = [
  {
    type: 'session.start',
    category: 'session',
    title: 'Session started',
    retention: 'security',
    severity: 'info',
    details,
    sensitive,
    ocsf: { class: 3002, activity: 1 },
    ecs: { category: ['session'], type: ['start'] },
  },
  {
    type: 'session.end',
    category: 'session',
    title: 'Session ended or expired',
    retention: 'security',
    severity: 'info',
    details,
    sensitive,
    ocsf: { class: 3002, activity: 2 },
    ecs: { category: ['session'], type: ['end'] },
  },
  {
    type: 'session.revoke',
    category: 'session',
    title: 'Session revoked',
    retention: 'security',
    severity: 'medium',
    details,
    sensitive,
    ocsf: { class: 3002, activity: 2 },
    ecs: { category: ['session'], type: ['end', 'deletion'] },
  },
];
