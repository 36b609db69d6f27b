import type { Client } from '@custos/client';
import type { AuditEventView, AuditHealthView, LedgerStatusView } from '@custos/contract';
import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { CommandContext } from '../context.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { plain } from '../plain.ts';
import { eventLine } from './event-line.ts';
import { exitCodes, figureOf } from './health.ts';
import { countOf, repeat, secondsOf } from '../repeat.ts';
import { bytesText } from './stats.ts';
import { drawing } from './terminal-view.ts';
import { witnessLines } from './witness.ts';

interface MonitorOptions extends ConnectionOptions {
  readonly refresh: string;
  readonly once?: boolean;
  readonly events: string;
}

/** A part that could not be read; the others are shown all the same. */
type Part<T> = T | Error;

/** What one look found. */
export interface MonitorView {
  readonly health: AuditHealthView;
  readonly ledger: Part<LedgerStatusView>;
  /** Received in the last hour and in the last minute, and the most frequent actions. */
  readonly acts: Part<{ readonly hour: number; readonly minute: number; readonly actions: Counted[] }>;
  /** Security events of the last hour by source. */
  readonly security: Part<Counted[]>;
  /** Newest first; empty unless they were asked for. */
  readonly events: Part<readonly AuditEventView[]>;
}

interface Counted {
  readonly value: string;
  readonly count: number;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const shownValues = 5;

/** `custos audit monitor`: row A7. What it reads leaves no record, but for the events that `--events` shows. */
export function monitorCommand(audit: Command, context: CommandContext): void {
  withConnection(
    audit
      .command('monitor')
      .description('Watch the audit log. With --once, exits 0 healthy, 1 warning, 2 critical, 3 unknown.'),
  )
    .option('--refresh <seconds>', 'look this often', '5')
    .option('--once', 'look once')
    .option('--events <n>', 'list so many of the newest events too; each look then goes on record', '0')
    .action(async (options: MonitorOptions) => {
      try {
        const seconds = secondsOf('refresh', options.refresh);
        const events = countOf('events', options.events, { min: 0, max: 100 });
        const draw = drawing(process.stdout, { once: options.once === true });
        await repeat(options.once ? undefined : seconds, systemClock, async () => {
          context.exitCode = await show(options, events, draw);
        });
      } catch (error) {
        // What could not even begin tells nothing about the audit log: 3, as for `health`.
        console.error(`custos audit monitor: ${messageOf(error)}`);
        context.exitCode = exitCodes.unknown;
      }
    });
}

async function show(
  options: ConnectionOptions,
  events: number,
  draw: (lines: readonly string[]) => void,
): Promise<number> {
  let view: MonitorView;
  try {
    view = await look(connect(options), events);
  } catch (error) {
    draw([`CUSTOS AUDIT UNKNOWN - ${options.url}: ${plain(messageOf(error))}`]);
    return exitCodes.unknown;
  }
  draw(monitorLines(view));
  return exitCodes[view.health.status];
}

const part = <T>(work: Promise<T>): Promise<Part<T>> =>
  work.catch((error: unknown) => new Error(messageOf(error), { cause: error }));

async function look({ audit }: Pick<Client, 'audit'>, events: number): Promise<MonitorView> {
  const health = await audit.health();
  // The server's clock and not this one; what came since it looked belongs to the hour as well.
  const hour = { from: health.checkedAt - hourMs, to: health.checkedAt + minuteMs };
  const counted = async () => {
    const [{ steps }, { values: actions }] = await Promise.all([
      audit.histogram({ ...hour, stepMs: minuteMs }),
      audit.top({ ...hour, field: 'action', limit: shownValues }),
    ]);
    const sum = (some: typeof steps): number => some.reduce((total, { count }) => total + count, 0);
    const minute = steps.filter(({ at }) => at >= health.checkedAt - minuteMs);
    return { hour: sum(steps), minute: sum(minute), actions };
  };
  const grouped = async () => {
    const { groups } = await audit.securityGroups(hour);
    return groups.map(({ source, occurrences }) => ({ value: source, count: occurrences }));
  };
  const newest = async () => (events === 0 ? [] : (await audit.list({ limit: events })).items);
  const [ledger, acts, security, listed] = await Promise.all([
    part(audit.ledger.status()),
    part(counted()),
    part(grouped()),
    part(newest()),
  ]);
  return { health, ledger, acts, security, events: listed };
}

/** The view as lines, without any control character. */
export function monitorLines({ health, ledger, acts, security, events }: MonitorView): string[] {
  const lines = [
    `CUSTOS AUDIT ${health.status.toUpperCase()}  ${new Date(health.checkedAt).toISOString()}`,
    '',
    ...health.components.map(componentLine),
    '',
    ...lineOf('Logs', ledger, logLines),
    '',
    ...lineOf('Events', acts, ({ hour, minute, actions }) => [
      `Events: ${hour} in the last hour, ${minute} in the last minute${listOf(actions)}`,
    ]),
    ...lineOf('Security events', security, (groups) => {
      const total = groups.reduce((sum, { count }) => sum + count, 0);
      return [`Security events: ${total} in the last hour${listOf(groups)}`];
    }),
    ...lineOf('Newest events', events, (list) => (list.length === 0 ? [] : ['', ...list.map(eventLine)])),
  ];
  return lines.map(plain);
}

function lineOf<T>(title: string, value: Part<T>, lines: (value: T) => string[]): string[] {
  return value instanceof Error ? [`${title}: cannot be told: ${value.message}`] : lines(value);
}

function listOf(values: readonly Counted[]): string {
  if (values.length === 0) return '';
  const shown = values.slice(0, shownValues).map(({ value, count }) => `${value} ${count}`);
  return `: ${shown.join(', ')}${values.length > shownValues ? ', ...' : ''}`;
}

function componentLine({
  status,
  title,
  value,
  unit,
  warning,
  critical,
  message,
}: AuditHealthView['components'][number]): string {
  const above = [warning, critical].filter((limit) => limit !== null).map(figureOf);
  const figure = value === null ? '' : `${figureOf(value)}${unit === null ? '' : ` ${unit}`}`;
  const limits = above.length === 0 ? '' : `> ${above.join(' / ')}`;
  return `${status.toUpperCase().padEnd(9)}${title.padEnd(18)}${figure.padEnd(16)}${limits.padEnd(16)}${message}`.trimEnd();
}

function logLines(status: LedgerStatusView): string[] {
  const { logs, journalBytes, index } = status;
  const { count, p50Ms, p95Ms } = index.queries;
  const took =
    p95Ms === null
      ? ''
      : `, half within ${figureOf(p50Ms ?? p95Ms)} ms, 95 of 100 within ${figureOf(p95Ms)} ms`;
  return [
    ...logs.map(
      ({ name, size, bytes, perSecond }) =>
        `${name.padEnd(18)}${`${size} events`.padEnd(20)}${bytesText(bytes).padEnd(12)}${perSecond.toFixed(1)}/s`,
    ),
    `${'journal'.padEnd(38)}${bytesText(journalBytes)}`,
    '',
    `Queries: ${count} in five minutes${took}`,
    ...witnessLines(status),
  ];
}
