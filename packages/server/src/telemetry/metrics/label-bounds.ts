import type { Labels } from '../../base/labels.ts';
import { metricName } from '../promql/label-set.ts';
import type { Refusal } from '../types.ts';

/**
 * Bounds of what a series may carry. Prometheus leaves them open unless configured; these are in the range that
 * hosted Prometheus services use (Grafana Mimir: 30 names, 1,024 bytes a name, 2,048 a value).
 */
const bounds = { labels: 64, nameBytes: 256, valueBytes: 2_048, totalBytes: 16_384 };

const shorten = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

const refuse = (reason: Refusal['reason'], message: string): Refusal => ({ reason, message, count: 1 });

/** Says why a series may not have these labels, or `undefined` when it may. Empty values count as absent. */
export function refusedLabels(labels: Labels): Refusal | undefined {
  const name = labels[metricName];
  if (typeof name !== 'string' || name === '')
    return refuse('label_invalid', 'A series needs the label __name__, the name of its metric.');
  let count = 0;
  let total = 0;
  for (const label of Object.keys(labels)) {
    const value = labels[label]!;
    if (value === '') continue;
    count += 1;
    if (label === '') return refuse('label_invalid', `A label of ${shorten(name)} has an empty name.`);
    if (!label.isWellFormed() || !value.isWellFormed())
      return refuse('not_utf8', `The label ${shorten(label)} of ${shorten(name)} is not UTF-8.`);
    const nameBytes = Buffer.byteLength(label);
    const valueBytes = Buffer.byteLength(value);
    total += nameBytes + valueBytes;
    if (nameBytes > bounds.nameBytes)
      return refuse(
        'label_too_long',
        `The label name ${shorten(label)} of ${shorten(name)} has ${nameBytes} bytes; at most ${bounds.nameBytes} are taken.`,
      );
    if (valueBytes > bounds.valueBytes)
      return refuse(
        'label_too_long',
        `The label ${shorten(label)} of ${shorten(name)} has ${valueBytes} bytes; at most ${bounds.valueBytes} are taken.`,
      );
  }
  if (count > bounds.labels)
    return refuse(
      'too_many_labels',
      `A series of ${shorten(name)} has ${count} labels; at most ${bounds.labels} are taken.`,
    );
  if (total > bounds.totalBytes)
    return refuse(
      'label_too_long',
      `The labels of a series of ${shorten(name)} have ${total} bytes together; at most ${bounds.totalBytes} are taken.`,
    );
  return undefined;
}
