import type { DayRollupView } from '@custos/contract';
import { duration, share } from '../ui/format.ts';
import { hideNote, showNote } from './hover-note.ts';
import { onSchemeChange, palette, type Palette } from './palette.ts';
import { onWidth } from './resize.ts';

const dayMs = 86_400_000;
export const dayHeight = 30;

export interface Day {
  /** `2026-11-21`, UTC. */
  readonly day: string;
  readonly rollup: DayRollupView | undefined;
}

function lines({ day, rollup }: Day): string[] {
  if (rollup === undefined || rollup.uptime === null) return [day, 'No data'];
  const lost = (1 - rollup.uptime) * dayMs;
  return [
    `${day} · ${share(rollup.uptime)} up`,
    rollup.down === 0
      ? 'No failed checks'
      : `${rollup.down} of ${rollup.checks} checks failed, about ${duration(lost)}`,
  ];
}

/** Colour and share of the height by uptime: what was wrong stands taller. */
function look(uptime: number | null, colours: Palette): readonly [colour: string, tall: number] {
  if (uptime === null) return [colours.line, 0.2];
  if (uptime >= 0.9995) return [colours.up, 0.7];
  return uptime >= 0.99 ? [colours.degraded, 0.85] : [colours.down, 1];
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
      const [colour, share] = look(rollup?.uptime ?? null, colours);
      const tall = dayHeight * share;
      context.fillStyle = colour;
      context.globalAlpha = marked === -1 || marked === index ? 1 : 0.55;
      context.beginPath();
      context.roundRect(index * step, (dayHeight - tall) / 2, Math.max(1.5, step - 2), tall, 1.5);
      context.fill();
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
    showNote(lines(day), { x, top: box.top, bottom: box.bottom });
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
