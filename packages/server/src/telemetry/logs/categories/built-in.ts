import type { LogCategory } from '@custos/contract';
import type { IncomingRecord } from '../../types.ts';

/**
 * What a record is about when neither its sender nor a rule of the configuration says it. The words are those
 * of row L4 of the requirements and of the Elastic Common Schema (`event.category`).
 *
 * Debug is kept for the shortest time and audit for ever, so `audit` asks for a sentence about what was
 * changed: the word "transaction" alone is in every database's chatter.
 */

const security =
  /\b(?:log(?:ged)?[ -]?(?:in|out|on|off)\b|login|logout|sign(?:ed)?[ -]?(?:in|out)\b|authenticat|unauthori[sz]ed|unauthenticated|forbidden|access (?:denied|violation)|permission denied|invalid (?:user|password|credentials|token|signature)|password (?:changed|reset)|brute[ -]?force|suspicious|blocked (?:ip|address)|(?:ip|address) (?:blocked|banned)|intrusion|csrf|xss|sql injection|session (?:started|created|ended|expired|revoked|opened|closed)|(?:two|second)[ -]factor|2fa|mfa|sudo|privilege|role (?:granted|revoked|changed|assigned)|admin(?:istrator)? (?:act|action|created|deleted|changed|logged))/i;

const audit =
  /\b(?:transactions? (?:\S+ )?(?:created|completed|confirmed|failed|reversed|refunded|settled|posted|cancelled)|balance (?:\S+ ){0,3}(?:changed|updated|adjusted|credited|debited)|draw (?:\S+ )?(?:created|opened|closed|cancelled|changed|executed|updated)|(?:user|account|customer) (?:\S+ )?(?:suspended|activated|deactivated|blocked|unblocked|banned|enabled|disabled|deleted)|(?:config(?:uration)?|settings?) (?:\S+ )?(?:changed|updated|modified|reloaded))\b/i;

const performance =
  /\b(?:slow (?:query|request|log)|query took|took \d|response time|cache (?:hit|miss|evict)|gc pause|heap (?:usage|size)|cpu (?:usage|load)|memory usage|event loop (?:lag|delay)|latency|throughput|connection pool|(?:completed|finished|answered|responded)\b.{0,60}?\bin \d+(?:\.\d+)? ?(?:ms|s|µs|us)\b)/i;

const byEventCategory: Readonly<Record<string, LogCategory>> = {
  authentication: 'security',
  iam: 'security',
  intrusion_detection: 'security',
  malware: 'security',
  session: 'security',
  threat: 'security',
  vulnerability: 'security',
  configuration: 'audit',
};

/** Fields that name what happened, such as `user.login` or `payment.captured`. */
const eventFields = ['event', 'event.name', 'event.action', 'event.type', 'action'] as const;
const securityEvent =
  /^(?:auth|login|logout|sign[-_.]?in|sign[-_.]?out|session|security|access|admin|mfa|2fa)(?![a-z])|(?:^|[-_.])(?:login|logout|signed[-_]in|access[-_]denied)$/i;
const auditEvent =
  /^(?:transaction|balance|config(?:uration)?|settings?|audit)(?![a-z])|^(?:draw|user|account)[-_.](?:created|opened|closed|cancelled|changed|updated|suspended|activated|deactivated|blocked|unblocked|deleted|status)/i;
const performanceEvent = /^(?:perf(?:ormance)?|cache|query|metrics?|resource)(?![a-z])/i;
const applicationEvent = /^(?:payment|purchase|order|registration|draw|checkout|ticket|prize)(?![a-z])/i;

/** Fields by which frameworks and conventions tell how long something took. */
const timingFields = [
  'duration',
  'duration_ms',
  'durationMs',
  'responseTime',
  'response_time',
  'response_time_ms',
  'elapsed',
  'elapsed_ms',
  'elapsedMs',
  'latency',
  'latency_ms',
  'http.duration',
  'http.server.duration',
  'event.duration',
  'db.duration',
  'took',
  'took_ms',
] as const;

function byEvent(event: string): LogCategory | undefined {
  if (securityEvent.test(event)) return 'security';
  if (auditEvent.test(event)) return 'audit';
  if (performanceEvent.test(event)) return 'performance';
  if (applicationEvent.test(event)) return 'application';
  return undefined;
}

/** The category by these rules; `application` when nothing says otherwise. */
export function builtInCategory({ severity, message, attributes }: IncomingRecord): LogCategory {
  if (severity === 'debug' || severity === 'trace') return 'debug';
  const ecs = attributes['event.category'];
  const known = ecs === undefined ? undefined : byEventCategory[ecs];
  if (known !== undefined) return known;
  for (const field of eventFields) {
    const event = attributes[field];
    const category = event === undefined ? undefined : byEvent(event);
    if (category !== undefined) return category;
  }
  // Long texts are stack traces and dumps: what they are about stands at their beginning.
  const text = message.length > 500 ? message.slice(0, 500) : message;
  if (security.test(text)) return 'security';
  if (severity === 'error' || severity === 'fatal') return 'application';
  if (audit.test(text)) return 'audit';
  for (const field of timingFields) if (attributes[field] !== undefined) return 'performance';
  return performance.test(text) ? 'performance' : 'application';
}
