import type { Message, NotificationRequest } from '../notify/types.ts';
import type { Alert } from './types.ts';

function message(alert: Alert): Message {
  return {
    event: 'firing',
    title: `${alert.flapping ? 'Flapping: ' : ''}${alert.summary}`,
    summary: alert.summary,
    description: alert.description,
    severity: alert.severity,
    labels: alert.labels,
    value: alert.value,
    threshold: alert.threshold,
    startedAt: alert.startedAt,
    resolvedAt: null,
    alertId: alert.id,
    probeId: alert.probeId,
    serviceName: alert.serviceName,
    path: `/alerts/${alert.id}`,
    acknowledgePath: null,
  };
}

/** What is told when an alert fires. The token lets its reader acknowledge without signing in. */
export function firingMessage(alert: Alert, acknowledgeToken: string): NotificationRequest {
  return {
    alertId: alert.id,
    step: 'firing',
    channelIds: alert.channelIds,
    message: { ...message(alert), acknowledgePath: `/acknowledge/${acknowledgeToken}` },
  };
}

/** What is told when it is over, to the channels that were told of the start. */
export function resolvedMessage(alert: Alert, now: number): NotificationRequest {
  return {
    alertId: alert.id,
    step: 'resolved',
    channelIds: alert.channelIds,
    message: { ...message(alert), event: 'resolved', title: `Resolved: ${alert.summary}`, resolvedAt: now },
  };
}
