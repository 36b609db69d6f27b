import type { AlertView, LogRecordView, TelemetrySignal } from '@custos/contract';
import { telemetrySignals } from '@custos/contract';
import { rowOf, type Line, type Span, type Tone } from './cells.ts';
import type { TopData } from './data.ts';
import { ageText, bytesText, clockText, compact } from './words.ts';

/** A part of the view that takes as many lines as there is room for. */
export interface Section {
  readonly title: Line;
  /** Rows that there are. */
  readonly total: number;
  /** They are only the newest of many: how many of them are shown says nothing. */
  readonly endless?: boolean;
  /** What stands in place of rows when there are none. */
  readonly empty?: string;
  /** Why there is nothing to show, when it could not be read. */
  readonly why?: string;
  rows(count: number): readonly Line[];
}

interface Place {
  /** The server's time. */
  readonly now: number;
  readonly width: number;
}

const titled = (name: string, rest = ''): Span[] => [
  { text: name, tone: 'title' },
  ...(rest === '' ? [] : [{ text: `  ${rest}` }]),
];
const unread = (name: string, why: string): Section => ({
  title: titled(name),
  why,
  total: 0,
  rows: () => [],
});

const severityTones: Readonly<Record<AlertView['severity'], Tone | undefined>> = {
  critical: 'bad',
  high: 'bad',
  medium: 'warning',
  low: undefined,
  info: 'dim',
};

/** Open alerts; those that nobody has taken yet come first. */
export function alertSection({ alerts, moreAlerts }: TopData, { now, width }: Place): Section {
  if (!alerts.known) return unread('ALERTS', alerts.why);
  const severities = Object.keys(severityTones);
  const rank = ({ state, severity }: AlertView): number =>
    (state === 'acknowledged' ? severities.length : 0) + severities.indexOf(severity);
  const open = alerts.value.toSorted(
    (left, right) => rank(left) - rank(right) || right.startedAt - left.startedAt,
  );
  const bySeverity = severities
    .map((name) => ({ name, count: open.filter(({ severity }) => severity === name).length }))
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => `${count} ${name}`);
  const rowFor = ({ severity, state, startedAt, ruleName, summary, flapping }: AlertView): Line => {
    // Red is for what somebody must act on; who has acknowledged does.
    const tone = state === 'acknowledged' ? 'dim' : severityTones[severity];
    return rowOf(
      [
        { text: severity, tone, width: 8 },
        { text: `${state}${flapping ? '*' : ''}`, tone, width: width < 60 ? 7 : 12 },
        { text: ageText(now - startedAt), width: 4, right: true },
        ...(width < 100 ? [] : [{ text: ruleName, width: 28 }]),
        { text: summary === '' ? ruleName : summary },
      ],
      width,
    );
  };
  return {
    title: titled(
      'ALERTS',
      open.length === 0 ? '' : `${open.length}${moreAlerts ? '+' : ''} open: ${bySeverity.join(', ')}`,
    ),
    total: open.length,
    empty: 'none open',
    rows: (count) => open.slice(0, count).map(rowFor),
  };
}

/** Who sends what, the busiest first, and what is refused. */
export function rateSection({ ingest }: TopData, { width }: Place): Section {
  if (!ingest.known) return unread('RATES', ingest.why);
  const { sources, series, spool } = ingest.value;
  const rate = (signal: TelemetrySignal): number =>
    sources.reduce((sum, source) => sum + (source.signal === signal ? source.perSecond : 0), 0);
  const rates = telemetrySignals.map((signal) => `${signal} ${compact(rate(signal))}/s`).join('  ');
  const bytes = bytesText(sources.reduce((sum, source) => sum + source.bytesPerSecond, 0));
  const waiting = spool.bytes > 0 || !spool.columnsUp ? `  spool ${bytesText(spool.bytes)}` : '';
  const busiest = sources.toSorted(
    (left, right) => right.perSecond - left.perSecond || right.lastSeenAt - left.lastSeenAt,
  );
  const rowFor = ({
    name,
    door,
    signal,
    perSecond,
    bytesPerSecond,
    refused,
    refusals,
  }: (typeof sources)[number]) => {
    const last = refusals.toSorted((left, right) => right.lastAt - left.lastAt)[0];
    const why = last === undefined ? '' : ` (${last.reason})`;
    return rowOf(
      [
        { text: `${compact(perSecond)}/s`, width: 7, right: true },
        { text: signal, width: 7 },
        ...(width < 60
          ? []
          : [
              { text: door, tone: 'dim' as const, width: 12 },
              { text: `${bytesText(bytesPerSecond)}/s`, width: 10, right: true },
            ]),
        { text: name, width: Math.floor(width / 3) },
        { text: refused === 0 ? '' : `${compact(refused)} refused${why}`, tone: 'warning' },
      ],
      width,
    );
  };
  return {
    title: titled('RATES', `${rates}  ${bytes}/s  series ${compact(series)}${waiting}`),
    total: busiest.length,
    empty: 'nobody sends anything',
    rows: (count) => busiest.slice(0, count).map(rowFor),
  };
}

const logTones: Readonly<Record<LogRecordView['severity'], Tone | undefined>> = {
  fatal: 'bad',
  error: 'bad',
  warn: 'warning',
  info: undefined,
  debug: 'dim',
  trace: 'dim',
};

/** The newest log records, the newest at the bottom, as a tail has them. */
export function logSection({ logs }: TopData, { width }: Place): Section {
  if (!logs.known) return unread('LOGS', logs.why);
  const records = logs.value;
  const rowFor = ({ time, severity, service, host, message }: LogRecordView): Line =>
    rowOf(
      [
        { text: clockText(time), tone: 'dim', width: 8 },
        { text: severity, tone: logTones[severity], width: 5 },
        ...(width < 60
          ? []
          : [{ text: service === '' ? host : service, tone: 'dim' as const, width: Math.floor(width / 6) }]),
        { text: message },
      ],
      width,
    );
  return {
    title: titled('LOGS'),
    total: records.length,
    endless: true,
    empty: 'none in the last hour',
    rows: (count) => records.slice(0, count).toReversed().map(rowFor),
  };
}
