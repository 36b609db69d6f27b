import type { AuditEventView } from '@custos/contract';
import { plain } from '../plain.ts';

const partyText = ({ type, id, name }: { type: string; id: string | null; name: string | null }): string =>
  `${type}:${id ?? '(sealed)'}${name === null ? '' : ` (${name})`}`;

/** One event as one line. */
export function eventLine(event: AuditEventView): string {
  const { receivedTime, outcome, severity, action, type, actor, target, source, id } = event;
  const details = Object.keys(event.details).length === 0 ? '' : ` ${JSON.stringify(event.details)}`;
  const words = [
    new Date(receivedTime).toISOString(),
    severity.padEnd(8),
    outcome.padEnd(9),
    action === type ? action : `${action} [${type}]`,
    partyText(actor),
    ...(target === null ? [] : ['->', partyText(target)]),
    `from ${source}`,
    id,
  ];
  return plain(`${words.join(' ')}${details}`);
}

/** One event as JSON, with the times as they go over the wire. */
export function eventJson(event: AuditEventView): string {
  const { time, receivedTime } = event;
  return JSON.stringify({
    ...event,
    time: new Date(time).toISOString(),
    receivedTime: new Date(receivedTime).toISOString(),
  });
}
