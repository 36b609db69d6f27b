import { Box, Text, render, useApp, useInput, useStdin, useWindowSize } from 'ink';
import { createElement, useEffect, useState, type ReactNode } from 'react';
import type { Clock } from '../../base/clock.ts';
import type { TopData } from './data.ts';
import { frameOf, type Scene } from './frame.ts';
import { paint } from './paint.ts';

export interface LiveView {
  readonly url: string;
  readonly everySeconds: number;
  readonly clock: Clock;
  readonly read: (signal: AbortSignal) => Promise<TopData>;
  /** The terminal. */
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

type Seen = Pick<Scene, 'data' | 'away'>;

/** A server that is away leaves the last state on the screen. */
function next(seen: Seen, data: TopData): Seen {
  const away = !data.overview.known && data.overview.away ? data.overview.why : null;
  return away === null ? { data, away } : { data: seen.data, away };
}

function Live({ url, everySeconds, clock, read, stdout }: LiveView): ReactNode {
  const [seen, setSeen] = useState<Seen>({ data: null, away: null });
  const [asked, setAsked] = useState(0);
  const { exit } = useApp();
  const { isRawModeSupported } = useStdin();
  const { columns, rows } = useWindowSize();
  useInput(
    (input) => {
      if (input === 'q') exit();
      if (input === 'r') setAsked((times) => times + 1);
    },
    { isActive: isRawModeSupported },
  );
  useEffect(() => {
    const ended = new AbortController();
    const look = async (): Promise<void> => {
      while (!ended.signal.aborted) {
        const data = await read(ended.signal);
        if (ended.signal.aborted) return;
        setSeen((before) => next(before, data));
        await clock.sleep(everySeconds * 1000, ended.signal);
      }
    };
    void look();
    return () => ended.abort();
  }, [asked, clock, everySeconds, read]);
  // A frame as tall as the screen would be cleared before each drawing, and flicker.
  const size = { columns, rows: Math.max(1, rows - 1) };
  const lines = frameOf({ url, everySeconds, now: clock.now(), ...seen }, size);
  return createElement(
    Box,
    { flexDirection: 'column' },
    lines.map((line, at) =>
      // oxlint-disable-next-line react/no-array-index-key -- a line is its place on the screen.
      createElement(Text, { key: at, wrap: 'truncate' }, paint(line, stdout) || ' '),
    ),
  );
}

/** Shows the live view until somebody quits; what was on the terminal comes back then. */
export async function showLive(view: LiveView): Promise<void> {
  const { stdin, stdout } = view;
  const live = render(createElement(Live, view), {
    stdin,
    stdout,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    // Nothing else writes while the view is on.
    patchConsole: false,
  });
  await live.waitUntilExit();
}
