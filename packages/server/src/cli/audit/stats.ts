import type { LedgerStatusView } from '@custos/contract';
import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { plain } from '../plain.ts';
import { wireJson } from './wire-json.ts';

/** 10^9 bytes are a gigabyte, as in the settings. */
export function bytesText(bytes: number): string {
  const [size, unit] =
    bytes >= 1e9 ? [bytes / 1e9, 'GB'] : bytes >= 1e6 ? [bytes / 1e6, 'MB'] : [bytes / 1e3, 'kB'];
  return `${size.toFixed(1)} ${unit}`;
}

/** `custos audit stats`: what the logs take, how fast they grow, and how far everything behind them is. */
export function statsCommand(audit: Command): void {
  withConnection(
    audit.command('stats').description('Show size, growth and state of the logs. Needs audit.read.'),
  )
    .option('--json', 'print JSON')
    .action(async ({ json, ...options }: ConnectionOptions & { readonly json?: boolean }) => {
      const status = await connect(options).audit.ledger.status();
      if (json) console.log(wireJson(status));
      else for (const line of statsLines(status, systemClock.now())) console.log(plain(line));
    });
}

function statsLines(status: LedgerStatusView, now: number): string[] {
  const { logs, index, egress, verification } = status;
  return [
    `Ledger: ${status.status}${status.reasons.length === 0 ? '' : `: ${status.reasons.join(' ')}`}`,
    `Journal: ${bytesText(status.journalBytes)} in ${status.store === 'files' ? 'files' : 'the database'}`,
    ...logs.map((log) => {
      const age =
        log.checkpoint?.at === null || log.checkpoint === null
          ? 'not signed yet'
          : `signed ${formatDuration(Math.max(0, now - log.checkpoint.at))} ago`;
      const kept = log.retentionDays === null ? 'kept for ever' : `kept ${log.retentionDays} days`;
      const given = log.minimumIndex === 0 ? '' : `, ${log.minimumIndex} given up`;
      return `${log.name}: ${log.size} events${given}, ${bytesText(log.bytes)}, ${log.perSecond.toFixed(1)}/s, ${age}, ${kept}`;
    }),
    `Index: ${index.state}, ${index.logs.reduce((sum, { behind }) => sum + behind, 0)} behind, ${index.queries.count} searches in five minutes${index.queries.p95Ms === null ? '' : `, 95 of 100 within ${Math.round(index.queries.p95Ms)} ms`}`,
    ...egress.map(
      ({ destination, kind, sending, logs: its }) =>
        `To ${destination} (${kind}): ${sending ? 'sending' : 'not from here'}, ${its.reduce((sum, { behind }) => sum + behind, 0)} behind`,
    ),
    verification === null
      ? 'Verification: none since the start'
      : `Verification: ${verification.state}, ${verification.entries} entries, ${new Date(verification.startedAt).toISOString()}`,
  ];
}
