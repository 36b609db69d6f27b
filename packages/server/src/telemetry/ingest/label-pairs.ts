import type { Labels } from '../../base/labels.ts';
import type { Refusal } from '../types.ts';

/**
 * Labels from names and values in turn. A name that comes twice makes them no set of labels; one whose
 * value is empty is as if it were not there (Prometheus's data model).
 */
export function labelsOfPairs(
  pairs: readonly string[],
): { readonly labels: Labels } | { readonly refusal: Refusal; readonly reason: 'label_invalid' } {
  const labels: Record<string, string> = {};
  const seen = new Set<string>();
  for (let at = 0; at < pairs.length; at += 2) {
    const name = pairs[at]!;
    const value = pairs[at + 1]!;
    if (seen.has(name)) {
      const message = `The label "${name.slice(0, 80)}" is there twice.`;
      return { reason: 'label_invalid', refusal: { reason: 'label_invalid', message, count: 0 } };
    }
    seen.add(name);
    if (value === '') continue;
    setLabelOf(labels, name, value);
  }
  return { labels };
}

/** Sets a label, whatever it is called: `__proto__` too. */
export function setLabelOf(labels: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__') {
    Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
  } else labels[name] = value;
}
