import type { AuditFilter } from '@custos/client';
import type { Command } from 'commander';
import type { Clock } from '../../base/clock.ts';
import { parseDuration } from '../../base/duration.ts';

/** What commander gives for the options of {@link withFilters}. */
export interface FilterOptions {
  readonly from?: string;
  readonly to?: string;
  readonly actor?: string;
  readonly target?: string;
  readonly party?: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly type?: string;
  readonly category?: string;
  readonly severity?: string;
  readonly source?: string;
  readonly tenant?: string;
  readonly log?: string;
  readonly requestId?: string;
  readonly traceId?: string;
  readonly text?: string;
  readonly detail?: readonly string[];
}

const words: readonly (readonly [flags: string, meaning: string])[] = [
  ['--actor <who>', 'id of who acted, or the name of a user or token'],
  ['--target <what>', 'id of what was acted on'],
  ['--party <who>', 'either of both'],
  ['--action <action>', 'noun.verb, or a noun for all of its actions'],
  ['--outcome <outcome>', 'attempted, succeeded, failed or denied'],
  ['--type <type>', 'type of the catalogue'],
  ['--category <category>', 'category of the catalogue'],
  ['--severity <severity>', 'info, low, medium, high or critical'],
  ['--source <source>', 'who sent it'],
  ['--tenant <tenant>', 'tenant'],
  ['--log <name>', 'log that keeps it'],
  ['--request-id <id>', 'request'],
  ['--trace-id <id>', 'trace'],
  ['--text <text>', 'part of the text of the event'],
];

/** Adds the options that say which events. */
export function withFilters(command: Command): Command {
  for (const [flags, meaning] of words) command.option(flags, meaning);
  return command
    .option('--detail <path=value...>', 'value within the details, such as order.id=17')
    .option('--from <time>', 'received since: RFC 3339, or a duration such as 2h ago')
    .option('--to <time>', 'received before');
}

/** `2026-11-21T10:00:00Z`, a date, or a duration such as `2h` before now. */
function instantOf(option: string, text: string | undefined, clock: Clock): number | undefined {
  if (text === undefined) return undefined;
  const ago = parseDuration(text.replace(/\s*ago$/, ''));
  const at = ago === undefined ? Date.parse(text) : clock.now() - ago;
  if (Number.isFinite(at)) return at;
  throw new Error(`--${option} must be a time such as 2026-11-21T10:00:00Z, or a duration such as 2h`);
}

/** The filter of the client; what is wrong with a word, the server says. */
export function filterOf(options: FilterOptions, clock: Clock): AuditFilter {
  const { from, to, actor, target, party, action, outcome, type, category } = options;
  const { severity, source, tenant, log, requestId, traceId, text, detail } = options;
  return {
    actor,
    target,
    party,
    action,
    type,
    category,
    source,
    tenant,
    log,
    requestId,
    traceId,
    text,
    detail,
    outcome: outcome as AuditFilter['outcome'],
    severity: severity as AuditFilter['severity'],
    from: instantOf('from', from, clock),
    to: instantOf('to', to, clock),
  };
}
