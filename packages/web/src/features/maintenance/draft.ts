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

/** The draft as configuration, where things are referred to by name and times are RFC 3339. */
export function configOf(draft: WindowDraft, names: ReadonlyMap<string, string>): object {
  const { title, schedule, serviceIds, probeIds, everything } = draft;
  const named = (ids: readonly string[]): string[] => ids.flatMap((id) => names.get(id) ?? []);
  const [services, probes] = [named(serviceIds), named(probeIds)];
  const utc = (ms: number): string => new Date(ms).toISOString();
  return {
    title,
    schedule:
      schedule.type === 'once'
        ? { ...schedule, startsAt: utc(schedule.startsAt), endsAt: utc(schedule.endsAt) }
        : schedule,
    ...(everything ? { everything } : {}),
    ...(everything || services.length === 0 ? {} : { services }),
    ...(everything || probes.length === 0 ? {} : { probes }),
  };
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
