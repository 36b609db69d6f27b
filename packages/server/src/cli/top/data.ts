import { ApiError, ConnectionError, type Client } from '@custos/client';
import type { AlertView, IngestStatusView, LogRecordView, Overview, SystemStatus } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';

/** What was read, or why it could not be. */
export type Part<T> =
  | { readonly known: true; readonly value: T }
  | {
      readonly known: false;
      readonly why: string;
      /** True when the server is not there, rather than unwilling. */
      readonly away: boolean;
    };

/** What one look at a running Custos found. Every part stands for itself. */
export interface TopData {
  /** By the clock of this machine. */
  readonly readAt: number;
  readonly overview: Part<Overview>;
  /** Open ones, as the server orders them. */
  readonly alerts: Part<readonly AlertView[]>;
  /** More are open than are listed. */
  readonly moreAlerts: boolean;
  readonly ingest: Part<IngestStatusView>;
  /** Newest first, of the last hour. */
  readonly logs: Part<readonly LogRecordView[]>;
  readonly system: Part<SystemStatus>;
}

/** More than any terminal has lines for. */
const listed = 200;

function whyOf(error: unknown, permission: string): string {
  if (!(error instanceof ApiError)) return messageOf(error);
  if (error.status === 403) return `needs a token with the permission ${permission}`;
  if (error.status === 401) return `needs a valid token with the permission ${permission} (--token-file)`;
  return error.message;
}

const isAway = (error: unknown): boolean =>
  error instanceof ConnectionError || (error instanceof ApiError && error.status >= 500);

/** Reads everything once. Never rejects; parts that could not be read say why. */
export async function readTop(
  client: Pick<Client, 'overview' | 'alerts' | 'ingest' | 'logs' | 'system'>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<TopData> {
  const part = async <T>(permission: string, work: Promise<T>): Promise<Part<T>> => {
    try {
      return { known: true, value: await work };
    } catch (error) {
      return { known: false, why: whyOf(error, permission), away: isAway(error) };
    }
  };
  let moreAlerts = false;
  const openAlerts = async (): Promise<readonly AlertView[]> => {
    const { items, nextCursor } = await client.alerts.list({ state: 'open', limit: listed }, signal);
    moreAlerts = nextCursor !== null;
    return items;
  };
  const newestLogs = async (): Promise<readonly LogRecordView[]> =>
    (await client.logs.list({ limit: listed }, signal)).items;
  const [overview, alerts, ingest, logs, system] = await Promise.all([
    part('dashboard.read', client.overview.get(signal)),
    part('alert.read', openAlerts()),
    part('telemetry.manage', client.ingest.status(signal)),
    part('log.read', newestLogs()),
    part('system.read', client.system.status(signal)),
  ]);
  return { readAt: clock.now(), overview, alerts, moreAlerts, ingest, logs, system };
}
