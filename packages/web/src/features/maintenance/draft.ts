import type { MaintenanceView } from '@custos/contract';
import type { WindowDraft } from './queries.ts';

const hour = 3_600_000;

/** A window that begins now and lasts an hour, for what the address names. */
export function newDraft(
  about: { probeId?: string | undefined; serviceId?: string | undefined },
  timeZone: string,
): WindowDraft & { timeZone: string } {
  const startsAt = Math.ceil(Date.now() / 60_000) * 60_000;
  return {
    title: '',
    schedule: { type: 'once', startsAt, endsAt: startsAt + hour },
    probeIds: about.probeId === undefined ? [] : [about.probeId],
    serviceIds: about.serviceId === undefined ? [] : [about.serviceId],
    everything: false,
    timeZone,
  };
}

export function draftOf(window: MaintenanceView): WindowDraft & { timeZone: string } {
  const { title, schedule, serviceIds, probeIds, everything } = window;
  const timeZone = schedule.type === 'recurring' ? schedule.timeZone : 'UTC';
  return { title, schedule, serviceIds, probeIds, everything, timeZone };
}

/** Milliseconds as an input of type `datetime-local` holds them, in the reader's own zone. */
export function toLocal(ms: number): string {
  const at = new Date(ms);
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromLocal(text: string, otherwise: number): number {
  const ms = new Date(text).getTime();
  return Number.isNaN(ms) ? otherwise : ms;
}
