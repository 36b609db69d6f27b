import type { Overview } from '@custos/contract';
import type { Line, Span, Tone } from './cells.ts';
import { oneLine, rowOf, within } from './cells.ts';
import type { TopData } from './data.ts';
import type { Section } from './sections.ts';
import { bytesText, ageText, percentText } from './words.ts';

type Status = Overview['services'][number]['status'];
type Probe = Overview['services'][number]['probes'][number];
type Sign = { readonly sign: string; readonly tone: Tone };

/** Status is a shape, a word and a colour, so that none is needed to tell. Worst first. */
const signs: Readonly<Record<Status, Sign>> = {
  down: { sign: '✗', tone: 'bad' },
  degraded: { sign: '!', tone: 'warning' },
  unknown: { sign: '?', tone: 'warning' },
  blocked: { sign: '⊘', tone: 'dim' },
  maintenance: { sign: '~', tone: 'dim' },
  paused: { sign: '=', tone: 'dim' },
  up: { sign: '✓', tone: 'good' },
};
const order = Object.keys(signs) as Status[];

const overallSigns: Readonly<Record<Overview['status'], Sign>> = {
  healthy: { sign: '✓', tone: 'good' },
  warning: { sign: '!', tone: 'warning' },
  critical: { sign: '✗', tone: 'bad' },
  unknown: { sign: '?', tone: 'warning' },
};

/** The word for everything, as it stands in the first line. */
export function overallSpan(status: Overview['status']): Span {
  const { sign, tone } = overallSigns[status];
  return { text: `${sign} ${status}`, tone };
}

function countsOf({ figures }: Overview): Span[] {
  const known = order.filter((status) => (figures.probes[status] ?? 0) > 0);
  if (known.length === 0) return [{ text: 'nothing is watched yet', tone: 'dim' }];
  return known.flatMap((status, at) => [
    { text: at === 0 ? '' : ', ' },
    {
      text: `${signs[status].sign} ${figures.probes[status]} ${status}`,
      ...(status === 'up' ? {} : { tone: signs[status].tone }),
    },
  ]);
}

/** Figures of the whole: probes, the host, Custos itself, and what of it does not work as it should. */
export function figureLines({ overview, system }: TopData, width: number): Line[] {
  const lines: Line[] = [];
  if (overview.known) {
    const { figures, host } = overview.value;
    const uptime = figures.uptimeDay === null ? '' : `   ${(figures.uptimeDay * 100).toFixed(2)}% in 24 h`;
    const latency = figures.averageLatencyMs === null ? '' : `   ${figures.averageLatencyMs.toFixed(0)} ms`;
    lines.push([
      { text: 'Probes  ', tone: 'dim' },
      ...countsOf(overview.value),
      { text: `${uptime}${latency}` },
    ]);
    const { cpuPercent, memoryPercent, diskPercent, load1 } = host;
    const load = load1 === null ? '' : `  load ${load1.toFixed(2)}`;
    lines.push([
      { text: 'Host    ', tone: 'dim' },
      {
        text: `cpu ${percentText(cpuPercent)}  memory ${percentText(memoryPercent)}  disk ${percentText(diskPercent)}${load}`,
      },
    ]);
  } else
    lines.push([
      { text: 'Probes  ', tone: 'dim' },
      { text: oneLine(overview.why), tone: 'warning' },
    ]);
  if (system.known) {
    const { process, jobs, outbox, columns, version } = system.value;
    const dead = jobs.dead > 0 ? `, ${jobs.dead} dead` : '';
    lines.push([
      { text: 'Custos  ', tone: 'dim' },
      {
        text: `${version}  up ${ageText(process.uptimeMs)}  ${bytesText(process.memoryBytes)}  jobs ${jobs.pending + jobs.running}${dead}  outbox ${outbox.pending}  columns ${oneLine(columns.state)}`,
      },
    ]);
  } else
    lines.push([
      { text: 'Custos  ', tone: 'dim' },
      { text: oneLine(system.why), tone: 'dim' },
    ]);
  if (overview.known) {
    for (const { part, reason } of overview.value.degraded.slice(0, 2)) {
      lines.push([{ text: `! ${oneLine(part)}: ${oneLine(reason)}`, tone: 'warning' }]);
    }
  }
  return lines.map((line) => within(line, width));
}

/** One letter per check, oldest first, so that a bar of them reads without colours. */
const beatSigns: Readonly<Record<Probe['beats'][number]['status'], Sign>> = {
  up: { sign: '|', tone: 'good' },
  degraded: { sign: '!', tone: 'warning' },
  down: { sign: 'x', tone: 'bad' },
  inconclusive: { sign: '?', tone: 'dim' },
  maintenance: { sign: '~', tone: 'dim' },
};
const shownBeats = 20;

function beatSpans({ beats }: Probe): Span[] {
  const shown = beats.slice(-shownBeats);
  return [
    { text: ' '.repeat(shownBeats - shown.length) },
    ...shown.map(({ status }) => ({ text: beatSigns[status].sign, tone: beatSigns[status].tone })),
    { text: ' ' },
  ];
}

/** Every probe, what is worst first. */
export function probeSection({ overview }: TopData, { now, width }: { now: number; width: number }): Section {
  if (!overview.known)
    return { title: [{ text: 'PROBES', tone: 'title' }], why: overview.why, total: 0, rows: () => [] };
  const probes = overview.value.services
    .flatMap(({ probes: list, name, id }) =>
      list.map((probe) => ({ probe, service: id === null ? '' : name })),
    )
    .toSorted((left, right) => order.indexOf(left.probe.status) - order.indexOf(right.probe.status));
  const rowFor = ({ probe, service }: (typeof probes)[number]): Line => {
    const { sign, tone } = signs[probe.status];
    const since = probe.statusSince === null ? '' : ageText(now - probe.statusSince);
    const latency = probe.latencyMs === null ? '' : `${probe.latencyMs.toFixed(0)} ms`;
    const bar = width >= 100 ? beatSpans(probe) : [];
    const rest = rowOf(
      [
        { text: `${sign} ${probe.status}`, tone, width: width < 60 ? 10 : 13 },
        { text: probe.name, width: Math.max(14, Math.floor(width / 4)) },
        ...(width < 100 ? [] : [{ text: service, tone: 'dim' as const, width: Math.floor(width / 7) }]),
        { text: since, width: 4, right: true },
        ...(width < 60 ? [] : [{ text: latency, width: 8, right: true }]),
        { text: probe.status === 'up' ? '' : probe.statusReason, tone: 'dim' },
      ],
      width - (bar.length > 0 ? shownBeats + 1 : 0),
    );
    return [...bar, ...rest];
  };
  return {
    title: [{ text: 'PROBES', tone: 'title' }],
    total: probes.length,
    empty: 'none yet',
    rows: (count) => probes.slice(0, count).map(rowFor),
  };
}
