import type { BeatView } from '@custos/contract';
import { ago, latency } from '../ui/format.ts';
import { absolute } from '../ui/time.tsx';
import { drawBeats, spacing, type Spacing } from './draw-beats.ts';
import { hideNote, showNote } from './hover-note.ts';
import { onSchemeChange } from './palette.ts';
import { onWidth } from './resize.ts';

export const beatWords: Record<BeatView['status'], string> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  maintenance: 'In maintenance',
  inconclusive: 'Inconclusive: the fault was on our side',
};

export interface BeatScene {
  readonly beats: readonly BeatView[];
  readonly height: number;
  readonly faded: boolean;
  readonly stretch: boolean;
  /** Why the newest beat is what it is. */
  readonly reason: string;
}

/** The labels under the oldest and the newest beat. */
export interface BarEnds {
  readonly oldest: HTMLElement;
  readonly newest: HTMLElement;
}

/** Room for both labels, px. */
const labelsWidth = 120;
/** Up to this age the newest beat is `now`. */
const recentMs = 120_000;

const empty: BeatScene = { beats: [], height: 0, faded: false, stretch: false, reason: '' };

/** Draws one heartbeat bar and answers the pointer and the keys, without any framework. */
export function createBeatPainter() {
  let scene = empty;
  let canvas: HTMLCanvasElement | null = null;
  let ends: BarEnds | null = null;
  let width = 0;
  let marked: number | null = null;

  const spaced = (): Spacing => spacing(width, scene.stretch);
  const shown = (): readonly BeatView[] => scene.beats.slice(-spaced().fits);

  function draw(): void {
    if (canvas === null || width === 0) return;
    drawBeats(canvas, scene.beats, { ...scene, width, marked });
    const beats = shown();
    const oldest = beats.at(0);
    const newest = beats.at(-1);
    if (ends === null || oldest === undefined || newest === undefined) return;
    const now = Date.now();
    const { step, fits } = spaced();
    // Under the beat that it speaks of, also while the bar is not full yet.
    const before = Math.max(0, Math.min(width - labelsWidth, (fits - beats.length) * step));
    ends.oldest.style.marginLeft = `${before}px`;
    ends.oldest.textContent = beats.length === 1 ? '' : ago(oldest.at, now);
    ends.newest.textContent = now - newest.at < recentMs ? 'now' : ago(newest.at, now);
  }

  function mark(index: number | null): void {
    const beats = shown();
    const beat = index === null ? undefined : beats[index];
    marked = beat === undefined ? null : index;
    draw();
    if (canvas === null || beat === undefined || index === null) {
      hideNote();
      return;
    }
    const box = canvas.getBoundingClientRect();
    const newest = index === beats.length - 1;
    const speed = beat.latencyMs === null ? '' : ` · ${latency(beat.latencyMs)}`;
    const why = newest && scene.reason !== '' ? [scene.reason] : [];
    showNote(
      [`${beatWords[beat.status]}${speed}`, ...why, `${absolute(beat.at)} · ${ago(beat.at, Date.now())}`],
      { x: box.right - (beats.length - index - 0.5) * spaced().step, top: box.top, bottom: box.bottom },
    );
  }

  return {
    show(next: BeatScene): void {
      scene = next;
      draw();
    },
    /** Draws on the canvas until the returned function is called; the labels get the ages of what is shown. */
    attach(element: HTMLCanvasElement, labels: BarEnds | null): () => void {
      canvas = element;
      ends = labels;
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
        if (marked !== null) hideNote();
      };
    },
    pointAt(clientX: number): void {
      if (canvas === null) return;
      const fromRight = Math.floor((canvas.getBoundingClientRect().right - clientX) / spaced().step);
      mark(shown().length - 1 - fromRight);
    },
    /** Moves by an arrow key, Home or End; tells whether the key meant something. */
    press(key: string): boolean {
      const last = shown().length - 1;
      const now = marked ?? last;
      const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[key];
      if (next === undefined) return false;
      mark(Math.max(0, Math.min(last, next)));
      return true;
    },
    pointAtNewest(): void {
      mark(shown().length - 1);
    },
    leave(): void {
      mark(null);
    },
  };
}
