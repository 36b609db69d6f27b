import { oneLine, spread, within, wrapped, type Line, type Span } from './cells.ts';
import type { TopData } from './data.ts';
import { alertSection, logSection, rateSection, type Section } from './sections.ts';
import { figureLines, overallSpan, probeSection } from './status-section.ts';
import { ageText, clockText } from './words.ts';

/** What is to be shown. */
export interface Scene {
  readonly url: string;
  /** The last state that was seen; null before the first. */
  readonly data: TopData | null;
  /** Why the server does not answer now; null when it does. */
  readonly away: string | null;
  /** By the clock of this machine. */
  readonly now: number;
  /** Seconds between two looks; null when there is only one. */
  readonly everySeconds: number | null;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** From this many rows on, sections stand apart. */
const airyRows = 30;

function headLine({ url, data, away, now, everySeconds }: Scene, width: number): Line {
  const every = everySeconds === null ? '' : `, every ${everySeconds}s`;
  const name: Span = { text: 'CUSTOS  ', tone: 'title' };
  if (away !== null) {
    const age = data === null ? '' : `, as it was ${ageText(now - data.readAt)} ago`;
    const offline: Span = { text: `✗ offline${age}: ${oneLine(away)}`, tone: 'bad' };
    return within([name, offline, { text: `  ${oneLine(url)}`, tone: 'dim' }], width);
  }
  if (data === null) return within([name, { text: `asking ${oneLine(url)}` }], width);
  const state: Span = data.overview.known
    ? overallSpan(data.overview.value.status)
    : { text: '? unknown', tone: 'warning' };
  return spread(
    [name, state, { text: `  ${oneLine(url)}`, tone: 'dim' }],
    `${clockText(now)} UTC${every}`,
    width,
  );
}

/** Gives one row to each section that has more, in turn, until none is left. */
function shareRows(free: number, wanted: readonly number[]): number[] {
  const shares = wanted.map(() => 0);
  let left = free;
  while (left > 0) {
    const before = left;
    for (const [at, share] of shares.entries()) {
      if (left === 0 || share >= (wanted[at] ?? 0)) continue;
      shares[at] = share + 1;
      left -= 1;
    }
    if (left === before) break;
  }
  return shares;
}

function sectionLines(
  { title, total, endless = false, why, empty = '', rows }: Section,
  { count, width }: { count: number; width: number },
): Line[] {
  const more = total > count && !endless ? `  (${count} of ${total})` : '';
  const lines: Line[] = [within([...title, { text: more, tone: 'dim' }], width)];
  if (count === 0) return lines;
  if (total > 0) return [...lines, ...rows(count)];
  const words = why === undefined ? empty : `cannot be shown: ${oneLine(why)}`;
  return [...lines, within([{ text: words, tone: 'dim' }], width)];
}

/** What is not seen now is never green. */
const aged = (line: Line): Line =>
  line.map((span) => (span.tone === 'good' ? { text: span.text, tone: 'dim' } : span));

/** The view as lines: never more than `rows`, none wider than `columns`. */
export function frameOf(scene: Scene, { columns, rows }: Size): readonly Line[] {
  const { data, away, everySeconds } = scene;
  const width = Math.max(1, columns);
  const keys: Line[] =
    everySeconds === null ? [] : [within([{ text: 'q quit   r refresh now', tone: 'dim' }], width)];
  const head = headLine(scene, width);
  if (data === null) {
    // Nothing else is on the screen, so a narrow one has room for the whole reason.
    const isWhole = away === null || head.some(({ text }) => text.includes(oneLine(scene.url)));
    const reason = isWhole ? [] : [away, scene.url].flatMap((text) => wrapped(oneLine(text), width));
    return [head, ...reason.map((text) => [{ text }]), ...keys].slice(0, rows);
  }
  const now = data.overview.known ? data.overview.value.at : data.readAt;
  const place = { now, width };
  const figures = figureLines(data, width);
  const sections = [
    alertSection(data, place),
    probeSection(data, place),
    rateSection(data, place),
    logSection(data, place),
  ];
  const gap: Line[] = rows >= airyRows ? [[]] : [];
  const fixed =
    1 + figures.length + keys.length + sections.length * (1 + gap.length) + gap.length * keys.length;
  const shares = shareRows(
    Math.max(0, rows - fixed),
    sections.map(({ total }) => Math.max(1, total)),
  );
  const body = sections.flatMap((section, at) => [
    ...gap,
    ...sectionLines(section, { count: shares[at] ?? 0, width }),
  ]);
  const shown = [...figures, ...body].slice(
    0,
    Math.max(0, rows - 1 - keys.length - gap.length * keys.length),
  );
  const below = keys.length === 0 ? [] : [...gap, ...keys];
  return [head, ...(away === null ? shown : shown.map(aged)), ...below].slice(0, rows);
}
