import type { Errand } from './lines.worker.ts';
import type { Painting } from './paint.ts';
import { readLines, type Grid, type LineSet } from './series-set.ts';

/** Answers larger than this are read beside the page, so that it stays quick under the hand. */
const largeBytes = 400_000;
/** More values than this are painted beside the page. */
const manyValues = 40_000;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

let worker: Worker | undefined;
let lastNumber = 0;
let lastChart = 0;
const waiting = new Map<number, Waiting>();

function helper(): Worker {
  if (worker !== undefined) return worker;
  const made = new Worker(new URL('./lines.worker.ts', import.meta.url), { type: 'module' });
  made.addEventListener(
    'message',
    ({ data }: MessageEvent<{ number: number; result?: unknown; error?: string }>) => {
      const { resolve, reject } = waiting.get(data.number) ?? {};
      waiting.delete(data.number);
      if (data.error === undefined) resolve?.(data.result);
      else reject?.(new Error(data.error));
    },
  );
  made.addEventListener('error', () => {
    for (const { reject } of waiting.values()) reject(new Error('The part that draws has failed.'));
    waiting.clear();
    worker = undefined;
  });
  worker = made;
  return made;
}

/** Leaves `number` out of an errand, which `ask` gives. */
type Question =
  Extract<Errand, { number: number }> extends infer Each
    ? Each extends Errand
      ? Omit<Each, 'number'>
      : never
    : never;

function ask<Result>(question: Question, transfer: Transferable[] = []): Promise<Result> {
  const number = ++lastNumber;
  return new Promise<Result>((resolve, reject) => {
    waiting.set(number, { resolve: resolve as (result: unknown) => void, reject });
    helper().postMessage({ ...question, number }, transfer);
  });
}

/** Reads the answer of a range query, beside the page when it is large. */
export async function readLinesBeside(bytes: ArrayBuffer, grid: Grid): Promise<LineSet> {
  if (bytes.byteLength < largeBytes) return readLines(new TextDecoder().decode(bytes), grid);
  return ask<LineSet>({ kind: 'read', bytes, grid }, [bytes]);
}

/** Paints beside the page; `null` from `besideFor` when there is so little that it is quicker to do it here. */
export interface Painter {
  paint(painting: Painting): Promise<ImageBitmap>;
  drop(): void;
}

export function painterFor(values: readonly Float64Array[]): Painter | null {
  const amount = values.reduce((sum, { length }) => sum + length, 0);
  if (amount < manyValues || typeof OffscreenCanvas === 'undefined') return null;
  const chart = ++lastChart;
  helper().postMessage({ kind: 'hold', chart, values } satisfies Errand);
  return {
    paint: (painting) => ask<ImageBitmap>({ kind: 'paint', chart, painting }),
    drop: () => helper().postMessage({ kind: 'drop', chart } satisfies Errand),
  };
}
