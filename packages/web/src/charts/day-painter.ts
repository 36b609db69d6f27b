import type { DayRollupView } from '@custos/contract';
import { duration, share } from '../ui/format.ts';
import { hideNote, showNote } from './hover-note.ts';
import { onSchemeChange, palette, type Palette } from './palette.ts';
import { onWidth } from './resize.ts';

export const dayHeight = 30;

export interface Day {
  /** `2026-11-21`, UTC. */
  readonly day: string;
  readonly rollup: DayRollupView | undefined;
  /** How much of the day has passed, ms. */
  readonly lengthMs: number;
}

/** The parts of a measured day that were down and degraded, 0 to 1; null without data. */
function troubleOf(
  rollup: DayRollupView | undefined,
): { readonly down: number; readonly degraded: number } | null {
  if (rollup === undefined || rollup.uptime === null || rollup.checks === 0) return null;
  return { down: rollup.down / rollup.checks, degraded: rollup.degraded / rollup.checks };
}

/** What is said of a day: its uptime, and how long it was down and degraded. */
export function dayLines({ day, rollup, lengthMs }: Day): string[] {
  const trouble = troubleOf(rollup);
  if (rollup === undefined || trouble === null) return [day, 'No data'];
  const told = (part: number, word: string): string[] =>
    part === 0 ? [] : [`${word} for about ${duration(Math.max(1000, part * lengthMs))}`];
  const troubles = [...told(trouble.down, 'Down'), ...told(trouble.degraded, 'Degraded')];
  return [
    `${day} · ${share(rollup.uptime)} up`,
    ...(troubles.length === 0 ? ['No trouble in any check'] : troubles),
  ];
}

/** Less than this part of a day, 43 s, is told and not drawn: one slow check among thousands is no bad day. */
const drawnFrom = 0.0005;
/** What is drawn at all is tall enough to be seen, share of the height. */
const leastShare = 0.24;

/** The stripes of a day from the top, as shares of the height: bad days stand taller, so colour is not the only sign. */
export function stripesOf(
  rollup: DayRollupView | undefined,
  colours: Palette,
): readonly (readonly [colour: string, share: number])[] {
  const trouble = troubleOf(rollup);
  if (trouble === null) return [[colours.line, 0.2]];
  const tall = trouble.down >= drawnFrom ? 1 : trouble.degraded >= drawnFrom ? 0.85 : 0.66;
  const stripe = (part: number): number => (part < drawnFrom ? 0 : Math.max(leastShare, part * tall));
  const down = Math.min(tall, stripe(trouble.down));
  const degraded = Math.min(tall - down, stripe(trouble.degraded));
  return [
    [colours.up, tall - down - degraded],
    [colours.degraded, degraded],
    [colours.down, down],
  ];
}

/** Draws one tick per day and answers the pointer and the keys, without any framework. */
export function createDayPainter() {
  let days: readonly Day[] = [];
  let canvas: HTMLCanvasElement | null = null;
  let width = 0;
  let marked = -1;

  function draw(): void {
    const context = canvas?.getContext('2d');
    if (canvas === null || context === null || context === undefined || width === 0) return;
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(dayHeight * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const colours = palette();
    const step = width / Math.max(1, days.length);
    for (const [index, { rollup }] of days.entries()) {
      const stripes = stripesOf(rollup, colours);
      const tall = dayHeight * stripes.reduce((sum, [, share]) => sum + share, 0);
      const left = index * step;
      const wide = Math.max(1.5, step - 2);
      let top = (dayHeight - tall) / 2;
      context.save();
      context.globalAlpha = marked === -1 || marked === index ? 1 : 0.55;
      context.beginPath();
      context.roundRect(left, top, wide, tall, 1.5);
      context.clip();
      for (const [colour, share] of stripes) {
        context.fillStyle = colour;
        context.fillRect(left, top, wide, share * dayHeight);
        top += share * dayHeight;
      }
      context.restore();
    }
  }

  function mark(index: number): void {
    const day = days[index];
    marked = day === undefined ? -1 : index;
    draw();
    if (day === undefined || canvas === null) {
      hideNote();
      return;
    }
    const box = canvas.getBoundingClientRect();
    const x = box.left + ((index + 0.5) * box.width) / days.length;
    showNote(dayLines(day), { x, top: box.top, bottom: box.bottom });
  }

  return {
    show(next: readonly Day[]): void {
      days = next;
      draw();
    },
    attach(element: HTMLCanvasElement): () => void {
      canvas = element;
      const stops = [
        onWidth(element, (next) => {
          width = next;
          draw();
        }),
        onSchemeChange(draw),
      ];
      return () => {
        canvas = null;
        for (const stop of stops) stop();
        if (marked !== -1) hideNote();
      };
    },
    pointAt(clientX: number): void {
      if (canvas === null) return;
      const box = canvas.getBoundingClientRect();
      mark(Math.floor(((clientX - box.left) / box.width) * days.length));
    },
    press(key: string): boolean {
      const last = days.length - 1;
      const now = marked === -1 ? last : marked;
      const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[key];
      if (next === undefined) return false;
      mark(Math.max(0, Math.min(last, next)));
      return true;
    },
    leave(): void {
      mark(-1);
    },
  };
}
