import { ExpositionError } from './exposition.ts';
import type { LabelMap } from './relabel.ts';

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
/** A label, or a quoted metric name (Prometheus's UTF-8 names). */
const part =
  /[ \t]*(?:([a-zA-Z_][a-zA-Z0-9_]*|"(?:[^"\\\n]|\\.)*")[ \t]*=[ \t]*"((?:[^"\\\n]|\\.)*)"|"((?:[^"\\\n]|\\.)*)")[ \t]*(,|$)/y;

const unescape = (text: string): string =>
  text.includes('\\')
    ? text.replaceAll(/\\(.)/g, (whole, char: string) =>
        char === 'n' ? '\n' : char === '\\' || char === '"' ? char : whole,
      )
    : text;

const notOne = (text: string) =>
  new ExpositionError(`"${text.slice(0, 100)}" is not a metric name with labels.`);

/** The labels of the text of a series, such as `up{job="api"}`. Raises `ExpositionError`. */
export function readSeriesText(text: string): LabelMap {
  const labels: LabelMap = new Map();
  const name = metricName.exec(text)?.[0] ?? '';
  if (name !== '') labels.set('__name__', name);
  const rest = text.slice(name.length).trim();
  if (rest === '') {
    if (name === '') throw notOne(text);
    return labels;
  }
  if (!rest.startsWith('{') || !rest.endsWith('}')) throw notOne(text);
  const inner = rest.slice(1, -1);
  part.lastIndex = 0;
  while (part.lastIndex < inner.length) {
    if (inner.slice(part.lastIndex).trim() === '') break;
    const found = part.exec(inner);
    if (found === null) throw notOne(text);
    const [, label, value = '', quotedName] = found;
    if (quotedName !== undefined) {
      if (labels.has('__name__')) throw notOne(text);
      labels.set('__name__', unescape(quotedName));
      continue;
    }
    const written = label!.startsWith('"') ? unescape(label!.slice(1, -1)) : label!;
    if (labels.has(written)) throw new ExpositionError(`The label "${written}" is there twice.`);
    // An empty value is as if the label were not there, but its name may not come again.
    labels.set(written, unescape(value));
  }
  for (const [label, value] of labels) if (value === '') labels.delete(label);
  if (!labels.has('__name__')) throw notOne(text);
  return labels;
}
