import { z } from 'zod';
import { alert } from './alerting.ts';
import { id, time } from './common.ts';
import { delivery } from './notify.ts';
import { measured, resultStatus, status } from './probes.ts';

/**
 * What `/api/v1/stream` sends, as server-sent events: `event:` is the type and `data:` the JSON below.
 * `reset` says that events were missed (the client asks for what it shows again).
 */
export const streamEvents = {
  'probe.result': z.object({
    probeId: id,
    at: time,
    status: resultStatus,
    latencyMs: z.number().nullable(),
    message: measured(z.string()),
  }),
  'probe.status': z.object({ probeId: id, at: time, from: status, to: status, reason: measured(z.string()) }),
  alert: alert,
  delivery: delivery,
  /** Something was made, changed or deleted; `resource` is the path part, such as `probes`. */
  changed: z.object({ resource: z.string(), id: z.string().nullable() }),
  reset: z.object({}),
} as const;
export type StreamEventType = keyof typeof streamEvents;
export type StreamEvent = {
  [Type in StreamEventType]: { readonly type: Type; readonly data: z.output<(typeof streamEvents)[Type]> };
}[StreamEventType];
