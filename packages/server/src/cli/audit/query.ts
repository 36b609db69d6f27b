import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { connect, namingFields, withConnection, type ConnectionOptions } from '../connection.ts';
import { eventJson, eventLine } from './event-line.ts';
import { filterOf, withFilters, type FilterOptions } from './filters.ts';
import { countOf } from '../repeat.ts';

const pageEvents = 500;

interface QueryOptions extends ConnectionOptions, FilterOptions {
  readonly limit: string;
  readonly json?: boolean;
}

/** `custos audit query`: events, newest first. The read is on record. */
export function queryCommand(audit: Command): void {
  const command = audit
    .command('query')
    .description('Find events, newest first. Needs a token with audit.read; the read goes on record.');
  withFilters(withConnection(command))
    .option('--limit <n>', 'at most so many', '50')
    .option('--json', 'print one JSON object per line')
    .action((options: QueryOptions) => namingFields(() => query(options)));
}

async function query(options: QueryOptions): Promise<void> {
  const limit = countOf('limit', options.limit, { min: 1, max: 1_000_000 });
  const filter = filterOf(options, systemClock);
  const client = connect(options);
  let cursor: string | undefined;
  for (let left = limit; left > 0;) {
    const page = await client.audit.list({ ...filter, cursor, limit: Math.min(left, pageEvents) });
    for (const event of page.items) console.log(options.json ? eventJson(event) : eventLine(event));
    left -= page.items.length;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}
