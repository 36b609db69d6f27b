import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { secondsOf } from '../repeat.ts';
import type { CommandContext } from '../context.ts';
import { readTop } from './data.ts';
import { frameOf } from './frame.ts';
import { topJson } from './json.ts';
import { paint } from './paint.ts';

interface TopOptions extends ConnectionOptions {
  readonly refresh: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** Where output is no terminal, nothing says how large it is. */
const pageSize = { columns: 80, rows: 24 };

/** `custos top`: row A7. A view that keeps itself new on a terminal, one picture of it anywhere else. */
export function topCommand(program: Command, context: CommandContext): void {
  withConnection(
    program
      .command('top')
      .description(
        'Watch status, alerts, rates and logs live. Exits 1 when the status cannot be read (--once, --json).',
      ),
  )
    .option('--refresh <seconds>', 'look this often', '2')
    .option('--once', 'print one picture and end; so it does where output is no terminal')
    .option('--json', 'print everything once, as JSON')
    .action(async (options: TopOptions) => {
      const everySeconds = secondsOf('refresh', options.refresh) ?? 2;
      const client = connect(options);
      const { stdin, stdout } = process;
      if (!options.once && !options.json && stdout.isTTY) {
        // Only the live view needs what draws it.
        const { showLive } = await import('./view.ts');
        const read = (signal: AbortSignal) => readTop(client, systemClock, signal);
        await showLive({ url: options.url, everySeconds, clock: systemClock, read, stdin, stdout });
        return;
      }
      const data = await readTop(client, systemClock);
      context.exitCode = data.overview.known ? 0 : 1;
      if (options.json) {
        console.log(topJson(data));
        return;
      }
      const away = !data.overview.known && data.overview.away ? data.overview.why : null;
      const scene = {
        url: options.url,
        data: away === null ? data : null,
        away,
        now: data.readAt,
        everySeconds: null,
      };
      const { columns, rows } = stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows - 1 } : pageSize;
      for (const line of frameOf(scene, { columns, rows })) console.log(paint(line, stdout));
    });
}
