import { expect, test } from 'vitest';
import { severityOfWord } from './log-severity.ts';
import { recordsOf } from './otlp/logs.ts';
import { metricsRequest, type MetricsRequest } from './otlp/messages.ts';
import { readJson } from './otlp/read-json.ts';
import { readExposition } from './scrape/exposition.ts';

// Texts of senders that are looked up in a table must not find what every JavaScript object has.

test.each(['constructor', '__proto__', 'valueOf', 'hasOwnProperty'])('the text %s is a text', (text) => {
  expect(severityOfWord(text)).toBeUndefined();
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ severityText: text }] }] }] };
  expect(recordsOf(request, 0)).toMatchObject([{ severity: 'info' }]);

  const sink = { sample: () => undefined, metadata: () => undefined };
  expect(() => readExposition(`# TYPE a ${text}\n`, false, sink)).toThrow('is not a type');

  const point = { timeUnixNano: '1', asDouble: text };
  const body = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints: [point] } }] }] }] };
  const read = () => readJson<MetricsRequest>(Buffer.from(JSON.stringify(body)), metricsRequest);
  expect(read).toThrow('asDouble must be a number');
});
