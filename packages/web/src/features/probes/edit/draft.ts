import type { KindDescription, ProbeKindName, ProbeView } from '@custos/contract';
import {
  initialOptions,
  sendable,
  writtenOptions,
  type OptionsSchema,
} from '../../../ui/schema-form/schema.ts';

/** A probe as the form holds it. */
export interface Draft {
  readonly name: string;
  readonly kind: ProbeKindName;
  readonly serviceId: string | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly failureCount: number;
  readonly failureWindow: number;
  readonly retries: number;
  readonly latencyBudgetMs: number | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly channelIds: readonly string[];
}

/** The names of the fields that the form shows, so that faults of others are said above the buttons. */
export const shownFields = [
  'name',
  'serviceId',
  'options',
  'intervalMs',
  'timeoutMs',
  'failureCount',
  'failureWindow',
  'retries',
  'latencyBudgetMs',
  'labels',
  'channelIds',
];

export function schemaOf(kind: KindDescription | undefined): OptionsSchema {
  return kind?.schema ?? {};
}

export function emptyDraft(kind: KindDescription, serviceId: string | null): Draft {
  return {
    name: '',
    kind: kind.kind as ProbeKindName,
    serviceId,
    options: initialOptions(schemaOf(kind)),
    intervalMs: 30_000,
    timeoutMs: 10_000,
    failureCount: 2,
    failureWindow: 2,
    retries: 0,
    latencyBudgetMs: null,
    labels: {},
    channelIds: [],
  };
}

export function draftOf(probe: ProbeView, kind: KindDescription | undefined): Draft {
  const { name, serviceId, intervalMs, timeoutMs, failureCount, failureWindow, retries } = probe;
  const { latencyBudgetMs, labels, channelIds } = probe;
  return {
    name,
    kind: probe.kind,
    serviceId,
    options: initialOptions(schemaOf(kind), probe.options),
    intervalMs,
    timeoutMs,
    failureCount,
    failureWindow,
    retries,
    latencyBudgetMs,
    labels,
    channelIds,
  };
}

/** The draft as it is sent. */
export function bodyOf(draft: Draft, kind: KindDescription) {
  return {
    ...draft,
    labels: { ...draft.labels },
    channelIds: [...draft.channelIds],
    options: sendable(schemaOf(kind), draft.options),
  };
}

/** The draft as configuration: things are referred to by name, and secrets stand as references to the environment. */
export function configOf(draft: Draft, kind: KindDescription, names: ReadonlyMap<string, string>): object {
  const { labels, channelIds, serviceId, latencyBudgetMs, retries, ...rest } = draft;
  const service = names.get(serviceId ?? '');
  const channels = channelIds.flatMap((id) => names.get(id) ?? []);
  const options = writtenOptions(schemaOf(kind), draft.options);
  return {
    ...rest,
    ...(service === undefined ? {} : { service }),
    options,
    ...(channels.length === 0 ? {} : { channels }),
    ...(latencyBudgetMs === null ? {} : { latencyBudgetMs }),
    ...(retries === 0 ? {} : { retries }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
  };
}
