import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { eventually } from '../../../test/serve.ts';
import { createManualClock } from '../../base/clock.ts';
import type { TopData } from './data.ts';
import { busy, sceneTime } from './scene-fixture.ts';
import { showLive } from './view.ts';

/** A terminal in memory: what is written to it, and keys that are pressed. */
function terminal(columns: number, rows: number) {
  let written = '';
  const stdout = Object.assign(new PassThrough(), {
    columns,
    rows,
    isTTY: true,
    getColorDepth: () => 1,
    hasColors: () => false,
  });
  stdout.setEncoding('utf8').on('data', (text: string) => (written += text));
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    isRaw: false,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  });
  return {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    press: (key: string) => stdin.write(key),
    resize(to: number) {
      stdout.columns = to;
      stdout.emit('resize');
    },
    written: () => written,
    clear: () => (written = ''),
  };
}

const away: TopData = {
  ...busy,
  overview: { known: false, why: 'The server cannot be reached.', away: true },
};

test('it looks again by itself and when asked, keeps the last state when the server goes, and ends', async () => {
  const screen = terminal(80, 24);
  const clock = createManualClock(sceneTime);
  const answers = [busy, busy, away];
  let looks = 0;
  const read = async (): Promise<TopData> => {
    looks += 1;
    return answers[looks - 1] ?? away;
  };
  const view = { url: 'http://127.0.0.1:4600', everySeconds: 5, clock, read };
  const shown = showLive({ ...view, stdin: screen.stdin, stdout: screen.stdout });
  const shows = (text: string) => eventually(() => screen.written().includes(text), { what: text });

  await shows('asking http://127.0.0.1:4600');
  await shows('✗ critical');
  await shows('q quit   r refresh now');
  expect(looks).toBe(1);

  await clock.advance(4999);
  expect(looks).toBe(1);
  await clock.advance(1);
  await eventually(() => looks === 2, { what: 'the second look' });

  screen.clear();
  screen.press('r');
  // Only what has changed in a line is written, so not the sign that both states share.
  await shows('offline, as it was 5s ago: The server cannot be reached.');
  expect(looks).toBe(3);
  // The wait of before is over: one look comes after five seconds, not two.
  await clock.advance(5000);
  await eventually(() => looks === 4, { what: 'the fourth look' });
  expect(looks).toBe(4);

  screen.clear();
  screen.resize(120);
  await shows('Down for long');

  screen.press('q');
  await shown;
  await clock.advance(60_000);
  expect(looks).toBe(4);
  // The alternate screen (xterm's mode 1049) is left, so what was there before comes back.
  expect(screen.written()).toContain('\u001B[?1049l');
}, 30_000);
