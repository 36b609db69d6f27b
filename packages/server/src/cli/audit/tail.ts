import type { AuditFilter, Client } from '@custos/client';
import type { AuditEventView } from '@custos/contract';
import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { connect, namingFields, withConnection, type ConnectionOptions } from '../connection.ts';
import { eventJson, eventLine } from './event-line.ts';
import { filterOf, withFilters, type FilterOptions } from './filters.ts';
import { countOf, repeat, secondsOf } from '../repeat.ts';

interface TailOptions extends ConnectionOptions, FilterOptions {
  readonly lines: string;
  readonly follow?: boolean;
  readonly every: string;
  readonly reads?: boolean;
  readonly json?: boolean;
}

/** Nodes number and receive events side by side, so one may come to light this much after a later one, ms. */
const overlapMs = 10_000;
/** Pages of one look; more than so many events between two looks are a matter for `export`. */
const maxPages = 200;

/** Gives each event once, oldest first, as they come. */
export function createTail(client: Pick<Client, 'audit'>, filter: AuditFilter) {
  let newest: number | undefined;
  /** When the first that was given was received: what is older stays out of sight. */
  let oldest = 0;
  const seen = new Map<string, number>();

  /** Those that were not given yet; `limit` only for the first look, the newest of all. */
  async function look(limit: number): Promise<AuditEventView[]> {
    const since = newest;
    const fresh: AuditEventView[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < maxPages; page += 1) {
      const { items, nextCursor } = await client.audit.list({
        ...filter,
        ...(since === undefined ? {} : { from: Math.max(since - overlapMs, oldest, filter.from ?? 0) }),
        cursor,
        limit: since === undefined ? Math.min(500, Math.max(1, limit - fresh.length)) : 500,
      });
      for (const event of items) if (!seen.has(event.id)) fresh.push(event);
      if (nextCursor === null || (since === undefined && fresh.length >= limit)) break;
      cursor = nextCursor;
    }
    for (const { id, receivedTime } of fresh) {
      seen.set(id, receivedTime);
      newest = Math.max(newest ?? 0, receivedTime);
    }
    if (since === undefined) oldest = fresh.at(-1)?.receivedTime ?? 0;
    const forget = (newest ?? 0) - 2 * overlapMs;
    for (const [id, at] of seen) if (at < forget) seen.delete(id);
    return fresh.toReversed();
  }

  return { look };
}

/** `custos audit tail`: the newest events, and with -f those that come. */
export function tailCommand(audit: Command): void {
  const command = audit
    .command('tail')
    .description('Show the newest events, oldest first. Each look goes on record.');
  withFilters(withConnection(command))
    .option('-n, --lines <n>', 'so many at first', '10')
    .option('-f, --follow', 'go on with those that come, until interrupted')
    .option('--every <seconds>', 'look this often with -f', '5')
    .option('--reads', 'show reads of the audit log too, such as those of this command')
    .option('--json', 'print one JSON object per line')
    .action((options: TailOptions) => namingFields(() => show(options)));
}

async function show(options: TailOptions): Promise<void> {
  const lines = countOf('lines', options.lines, { min: 1, max: 10_000 });
  const every = secondsOf('every', options.every);
  const tail = createTail(connect(options), filterOf(options, systemClock));
  await repeat(options.follow ? every : undefined, systemClock, async () => {
    for (const event of await tail.look(lines)) {
      if (options.follow && !options.reads && event.action === 'audit.read') continue;
      console.log(options.json ? eventJson(event) : eventLine(event));
    }
  });
}
