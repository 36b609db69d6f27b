import type { SubmissionAnswer } from '@custos/contract';
import { expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { benchLines, measure, percentile } from './bench.ts';
import { monitorLines } from './monitor.ts';
import { drawing } from './terminal-view.ts';

function screen(size: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }) {
  const written: string[] = [];
  return { ...size, written, write: (text: string) => written.push(text) };
}

test('a view is drawn in place on a terminal and cut to its size', () => {
  const terminal = screen({ isTTY: true, columns: 10, rows: 3 });
  const draw = drawing(terminal, { once: false });
  draw(['CRITICAL it is full', 'short', 'does not fit']);
  draw(['WARNING']);
  expect(terminal.written).toEqual([
    '\u001B[2J\u001B[H\u001B[7mCRITICAL i\u001B[0m\u001B[K\nshort\u001B[K\n\u001B[J',
    '\u001B[H\u001B[1mWARNING\u001B[0m\u001B[K\n\u001B[J',
  ]);
});

test('a view is plain lines in a file, and on a terminal when it is shown once', () => {
  const file = screen({});
  const draw = drawing(file, { once: false });
  draw(['CRITICAL it is full', 'b']);
  draw(['c']);
  expect(file.written.join('')).toBe('CRITICAL it is full\nb\n\nc\n');
  const terminal = screen({ isTTY: true, columns: 2, rows: 2 });
  drawing(terminal, { once: true })(['WARNING', 'b', 'c']);
  expect(terminal.written).toEqual(['WARNING\nb\nc\n']);
});

test('what cannot be read is told, the rest is shown, and no text of others moves the cursor', () => {
  const lines = monitorLines({
    health: {
      status: 'warning',
      checkedAt: 0,
      components: [
        {
          name: 'buffer',
          title: 'Buffer',
          status: 'warning',
          message: '501 events\u001B[2J wait.',
          value: 501,
          unit: 'events',
          warning: 500,
          critical: 800,
        },
      ],
    },
    ledger: new Error('The server did not answer in time.'),
    acts: new Error('The index is away.'),
    security: ['a', 'b', 'c', 'd', 'e', 'f'].map((value) => ({ value, count: 2 })),
    events: [],
  });
  expect(lines).toEqual([
    'CUSTOS AUDIT WARNING  1970-01-01T00:00:00.000Z',
    '',
    'WARNING  Buffer            501 events      > 500 / 800     501 events\uFFFD[2J wait.',
    '',
    'Logs: cannot be told: The server did not answer in time.',
    '',
    'Events: cannot be told: The index is away.',
    'Security events: 12 in the last hour: a 2, b 2, c 2, d 2, e 2, ...',
  ]);
});

test('a percentile is the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => at + 1);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile([7], 0.99)]).toEqual([50, 99, 7]);
  expect(percentile([], 0.5)).toBeUndefined();
});

const accepted = { status: 'accepted', id: 'a', log: 'general', index: 0, leafHash: 'x' } as const;
const dropped = { status: 'dropped', code: 'rate_limited' } as const;
const rejected = { status: 'rejected', code: 'x', errors: [{ field: 'id', message: 'is used' }] } as const;

test('a benchmark counts every result and the time of every answer', async () => {
  const clock = createManualClock();
  const numbers: number[] = [];
  const answers: SubmissionAnswer['results'][] = [
    [accepted, accepted],
    [accepted, dropped],
    [dropped, rejected as never],
  ];
  const plan = { seconds: 1, batch: 2, connections: 1 };
  const report = await measure(plan, {
    clock,
    event: (number) => ({ number }),
    async send(events) {
      numbers.push(...(events as { number: number }[]).map(({ number }) => number));
      await clock.advance(400);
      return { results: answers.shift() ?? [] };
    },
  });
  expect(numbers).toEqual([0, 1, 2, 3, 4, 5]);
  expect(report).toEqual({
    elapsedMs: 1200,
    accepted: 3,
    dropped: 2,
    rejected: 1,
    refusal: 'id: is used',
    answersMs: [400, 400, 400],
    failure: null,
  });
  expect(benchLines(plan, report)).toEqual([
    'Answered: 6 events in 1.2 s, 2 in a request, 1 requests at a time',
    'On record: 3 events, 3 events/s, each on disk before it was answered',
    'An answer: p50 400.0 ms, p99 400.0 ms, of 3',
    expect.stringMatching(/^Dropped by the rate limit: 2 events\. So this measured the limit/),
    'Refused: 1 events, the first for id: is used',
  ]);
});

test('a benchmark ends for every connection when one request fails, and keeps what was measured', async () => {
  const clock = createManualClock();
  let calls = 0;
  const report = await measure(
    { seconds: 60, batch: 1, connections: 3 },
    {
      clock,
      event: () => ({}),
      async send() {
        calls += 1;
        if (calls === 2) throw new Error('gone');
        await new Promise((resolve) => setImmediate(resolve));
        return { results: [accepted] };
      },
    },
  );
  expect(report).toMatchObject({ accepted: 2, failure: new Error('gone') });
  expect(calls).toBe(3);
});
