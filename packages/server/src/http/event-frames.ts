import { streamEvents, type Permission, type StreamEvent, type StreamEventType } from '@custos/contract';
import { compileMasker, type SchemaMasker, type Viewer } from '../base/mask-by-schema.ts';

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

const dataField = '\ndata: ';

/** A server-sent event. JSON holds no raw line breaks, so one `data` line is enough. */
export function frameOf(id: string, type: string, json: string): string {
  return `id: ${id}\nevent: ${type}${dataField}${json}\n\n`;
}

/** Hides the personal data in frames from those who may not see it. */
export interface FrameMask {
  /** Who gets the same frames: one key for all whose permissions are these, or for one person alone. */
  keyOf(viewer: Viewer): string;
  mask(type: StreamEventType, frame: string, viewer: Viewer): string;
}

/** Compiles the masks of all event types. Types without classed fields cost nothing. */
export function compileFrameMask(): FrameMask {
  const maskers = new Map<StreamEventType, SchemaMasker>();
  for (const [type, schema] of Object.entries(streamEvents)) {
    const masker = compileMasker(schema);
    if (masker !== undefined) maskers.set(type as StreamEventType, masker);
  }
  const knowsOwners = [...maskers.values()].some((masker) => masker.knowsOwners);

  return {
    keyOf: ({ userId, tokenId, permissions }) =>
      JSON.stringify([[...permissions].toSorted(), ...(knowsOwners ? [userId, tokenId] : [])]),
    mask(type, frame, viewer) {
      const masker = maskers.get(type);
      if (masker === undefined) return frame;
      const start = frame.indexOf(dataField) + dataField.length;
      const data: unknown = JSON.parse(frame.slice(start));
      const masked = masker.mask(data, viewer);
      return masked === data ? frame : `${frame.slice(0, start)}${JSON.stringify(masked)}\n\n`;
    },
  };
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
