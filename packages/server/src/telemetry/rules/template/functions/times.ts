import { readDuration } from '../../../promql/duration-text.ts';
import { TemplateFault } from '../fault.ts';
import { numberAt, textAt, type TemplateFunction } from './function.ts';
import { instantOf } from './humanizing.ts';

/** Go's `time.Duration` as it prints itself: `1h30m0s`, `1.5s`, `20ms`. */
function writeGoDuration(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const rest = Math.abs(seconds);
  if (rest === 0) return '0s';
  if (rest < 1e-6) return `${sign}${Number((rest * 1e9).toFixed(0))}ns`;
  if (rest < 1e-3) return `${sign}${Number((rest * 1e6).toFixed(3))}µs`;
  if (rest < 1) return `${sign}${Number((rest * 1e3).toFixed(6))}ms`;
  const hours = Math.floor(rest / 3600);
  const minutes = Math.floor(rest / 60) % 60;
  const second = `${Number((rest % 60).toFixed(9))}s`;
  return sign + (hours > 0 ? `${hours}h${minutes}m${second}` : minutes > 0 ? `${minutes}m${second}` : second);
}

/** Functions on times and durations, in seconds. */
export const times: readonly (readonly [string, TemplateFunction])[] = [
  ['toTime', { arity: [1, 1], call: (args) => instantOf(numberAt(args, 0)) }],
  ['toDuration', { arity: [1, 1], call: (args) => writeGoDuration(numberAt(args, 0)) }],
  [
    'parseDuration',
    {
      arity: [1, 1],
      call(args) {
        const text = textAt(args, 0);
        const ms = text === '0' ? 0 : readDuration(text);
        if (ms === undefined) throw new TemplateFault(`not a valid duration string: ${JSON.stringify(text)}`);
        return ms / 1000;
      },
    },
  ],
];
