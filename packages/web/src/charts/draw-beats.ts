import type { BeatView } from '@custos/contract';
import { palette } from './palette.ts';

/** How many beats the server keeps for each probe: no bar has more places than that. */
const keptBeats = 60;

/** Distance between ticks, px; a bar that may stretch fills its width with the places it has. */
export interface Spacing {
  readonly step: number;
  /** How many ticks fit. */
  readonly fits: number;
}

const gap = 2;

export function spacing(width: number, stretch: boolean): Spacing {
  const fits = Math.max(1, Math.min(keptBeats, Math.floor((width + gap) / 6 + 0.001)));
  return { step: stretch ? (width + gap) / fits : 6, fits };
}

/** Share of the height that a tick takes: what is wrong stands taller, so colour is not the only sign. */
const tallness: Record<BeatView['status'], number> = {
  up: 0.62,
  degraded: 0.82,
  down: 1,
  maintenance: 0.4,
  inconclusive: 0.2,
};

/** Draws the newest beats that fit, the newest at the right edge; `marked` is an index into those drawn. */
export function drawBeats(
  canvas: HTMLCanvasElement,
  beats: readonly BeatView[],
  look: { width: number; height: number; faded: boolean; stretch: boolean; marked: number | null },
): void {
  const scale = window.devicePixelRatio;
  const { width, height } = look;
  const context = canvas.getContext('2d');
  if (context === null || width === 0) return;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const colours = palette();
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const { step, fits } = spacing(width, look.stretch);
  const tickWidth = step - gap;
  const shown = beats.slice(-fits);
  const offset = fits - shown.length;
  const left = width - fits * step + gap;
  for (let index = 0; index < fits; index += 1) {
    const beat = shown[index - offset];
    const x = left + index * step;
    const share = beat === undefined ? 0.2 : tallness[beat.status];
    const tall = Math.max(4, Math.round((height - 2) * share));
    context.globalAlpha = beat === undefined ? 1 : look.faded ? 0.45 : 1;
    context.fillStyle =
      beat === undefined
        ? colours.line
        : look.faded && beat.status === 'up'
          ? colours.inconclusive
          : colours[beat.status];
    context.beginPath();
    context.roundRect(x, (height - tall) / 2, tickWidth, tall, 1.5);
    context.fill();
    if (look.marked === index - offset && beat !== undefined) {
      context.globalAlpha = 1;
      context.strokeStyle = colours.accent;
      context.lineWidth = 1.5;
      context.strokeRect(x - 1.25, 0.75, tickWidth + 2.5, height - 1.5);
    }
  }
  context.globalAlpha = 1;
}
