import { styleText } from 'node:util';
import type { Line, Tone } from './cells.ts';

const formats = {
  good: 'green',
  warning: 'yellow',
  bad: ['bold', 'red'],
  dim: 'dim',
  title: 'bold',
} as const satisfies Record<Tone, unknown>;

/** The line with colours where the stream shows them: on a terminal, and unless NO_COLOR says otherwise. */
export function paint(line: Line, stream: NodeJS.WritableStream): string {
  return line
    .map(({ text, tone }) =>
      tone === undefined || text === '' ? text : styleText([formats[tone]].flat(), text, { stream }),
    )
    .join('')
    .trimEnd();
}
