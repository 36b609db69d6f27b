import { done, maintenance, pageOf } from '@custos/contract';
import type { Request } from '../transport.ts';
import { instant, type PageRequest } from './instants.ts';

/** When a window is, with times in milliseconds since the epoch. */
export type MaintenanceSchedule =
  | { readonly type: 'once'; readonly startsAt: number; readonly endsAt: number }
  | {
      readonly type: 'recurring';
      /** Five-field cron expression for each start. */
      readonly cron: string;
      readonly durationMs: number;
      /** IANA name; UTC when left out. */
      readonly timeZone?: string;
    };

export interface MaintenanceDraft {
  readonly title: string;
  readonly schedule: MaintenanceSchedule;
  readonly serviceIds?: readonly string[];
  readonly probeIds?: readonly string[];
  readonly everything?: boolean;
}

function onTheWire(draft: MaintenanceDraft): object {
  const { schedule, ...rest } = draft;
  if (schedule.type !== 'once') return draft;
  return {
    ...rest,
    schedule: { type: 'once', startsAt: instant(schedule.startsAt), endsAt: instant(schedule.endsAt) },
  };
}

export function maintenanceCalls(request: Request) {
  const at = (id: string): string => `/api/v1/maintenance/${encodeURIComponent(id)}`;
  return {
    list: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/maintenance', { schema: pageOf(maintenance), query: { ...page }, signal }),
    get: (id: string, signal?: AbortSignal) => request('GET', at(id), { schema: maintenance, signal }),
    create: (draft: MaintenanceDraft) =>
      request('POST', '/api/v1/maintenance', { schema: maintenance, body: onTheWire(draft) }),
    /** Replaces the window as a whole. */
    update: (id: string, draft: MaintenanceDraft) =>
      request('PUT', at(id), { schema: maintenance, body: onTheWire(draft) }),
    remove: (id: string) => request('DELETE', at(id), { schema: done }),
  };
}
