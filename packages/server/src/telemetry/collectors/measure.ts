import type { Labels } from '../../base/labels.ts';
import type { Measurement } from './types.ts';

/** Defines one figure; what it gives makes measurements of it. */
const figure =
  (type: Measurement['type']) =>
  (name: string, help: string) =>
  (value: number, labels?: Labels): Measurement => ({
    name,
    type,
    help,
    value,
    ...(labels === undefined ? {} : { labels }),
  });

export const counter = figure('counter');
export const gauge = figure('gauge');

const escape = (value: string): string =>
  value
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('"', String.raw`\"`);

const numberText = (value: number): string =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';

/** Measurements in Prometheus's text format, so that they go the way of what is scraped. */
export function writeMeasurements(measurements: readonly Measurement[]): string {
  const described = new Set<string>();
  let text = '';
  for (const { name, type, help, labels = {}, value } of measurements) {
    if (!described.has(name)) {
      described.add(name);
      text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    }
    const pairs = Object.entries(labels).map(([label, shown]) => `${label}="${escape(shown)}"`);
    text += `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}\n`;
  }
  return text;
}
