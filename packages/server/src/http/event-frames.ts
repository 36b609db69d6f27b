import { streamEvents, type Permission, type StreamEvent, type StreamEventType } from '@custos/contract';

/** Who may receive an event; a caller without the permission does not learn that it happened. */
const permissionOfType: Readonly<Record<Exclude<StreamEventType, 'changed'>, Permission>> = {
  'probe.result': 'dashboard.read',
  'probe.status': 'dashboard.read',
  alert: 'alert.read',
  delivery: 'delivery.read',
  reset: 'dashboard.read',
};

/** Hints about these resources go to those who may read them; about all others, to everybody. */
const permissionOfResource: Readonly<Record<string, Permission>> = {
  alerts: 'alert.read',
  rules: 'alert.read',
  deliveries: 'delivery.read',
  channels: 'channel.read',
  users: 'user.read',
  roles: 'user.read',
  sessions: 'user.read',
  tokens: 'token.manage',
  jobs: 'job.read',
  system: 'system.read',
};

/** The type, and for hints the resource, on which filters decide. */
export interface EventTopic {
  readonly type: StreamEventType;
  readonly resource: string | null;
}

export function topicOf(event: StreamEvent): EventTopic {
  return { type: event.type, resource: event.type === 'changed' ? event.data.resource : null };
}

/** True when a caller with these permissions may receive events of this topic. */
export function mayReceive(topic: EventTopic, permissions: ReadonlySet<Permission>): boolean {
  if (topic.type !== 'changed') return permissions.has(permissionOfType[topic.type]);
  return permissions.has(permissionOfResource[topic.resource ?? ''] ?? 'dashboard.read');
}

/** The JSON of an event's data as it goes on the wire: times as RFC 3339, unknown fields left out. */
export function encodeEventData(event: StreamEvent): string {
  return JSON.stringify(streamEvents[event.type].encode(event.data as never));
}

/** A server-sent event. JSON holds no raw line breaks, so one `data` line is enough. */
export function frameOf(id: string, type: string, json: string): string {
  return `id: ${id}\nevent: ${type}\ndata: ${json}\n\n`;
}

/** What stands for an event that is too large to pass between nodes: look it up yourself. */
export function hintFor(event: StreamEvent): StreamEvent {
  switch (event.type) {
    case 'alert':
      return { type: 'changed', data: { resource: 'alerts', id: event.data.id } };
    case 'delivery':
      return { type: 'changed', data: { resource: 'deliveries', id: event.data.id } };
    case 'probe.result':
    case 'probe.status':
      return { type: 'changed', data: { resource: 'probes', id: event.data.probeId } };
    case 'changed':
    case 'reset':
      return { type: 'reset', data: {} };
  }
}
