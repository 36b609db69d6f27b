import { paintLines, type Painting } from './paint.ts';
import { readLines, type Grid } from './series-set.ts';

/** What the page asks of this worker. */
export type Errand =
  | { readonly kind: 'read'; readonly number: number; readonly bytes: ArrayBuffer; readonly grid: Grid }
  | { readonly kind: 'hold'; readonly chart: number; readonly values: readonly Float64Array[] }
  | { readonly kind: 'paint'; readonly number: number; readonly chart: number; readonly painting: Painting }
  | { readonly kind: 'drop'; readonly chart: number };

const held = new Map<number, readonly Float64Array[]>();

function paint(chart: number, painting: Painting): ImageBitmap {
  const canvas = new OffscreenCanvas(painting.view.width, painting.view.height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('There is no canvas to paint on.');
  paintLines(context, held.get(chart) ?? [], painting);
  return canvas.transferToImageBitmap();
}

function run(errand: Errand): void {
  switch (errand.kind) {
    case 'hold':
      held.set(errand.chart, errand.values);
      return;
    case 'drop':
      held.delete(errand.chart);
      return;
    case 'paint': {
      const bitmap = paint(errand.chart, errand.painting);
      postMessage({ number: errand.number, result: bitmap }, { transfer: [bitmap] });
      return;
    }
    case 'read': {
      const result = readLines(new TextDecoder().decode(errand.bytes), errand.grid);
      postMessage(
        { number: errand.number, result },
        { transfer: result.lines.map(({ values }) => values.buffer) },
      );
      return;
    }
  }
}

addEventListener('message', ({ data }: MessageEvent<Errand>) => {
  try {
    run(data);
  } catch (error) {
    if ('number' in data)
      postMessage({ number: data.number, error: error instanceof Error ? error.message : String(error) });
  }
});
