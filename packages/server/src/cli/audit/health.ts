import type { AuditHealthView } from '@custos/contract';
import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { CommandContext } from '../context.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { plain } from '../plain.ts';
import { repeat, secondsOf } from '../repeat.ts';
import { wireJson } from './wire-json.ts';

interface HealthOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly watch?: string;
  readonly verbose?: boolean;
}

type Status = AuditHealthView['status'];
type Component = AuditHealthView['components'][number];

/** Exit codes of the plug-in interface that Nagios, Icinga and others share. */
export const exitCodes: Readonly<Record<Status, number>> = { ok: 0, warning: 1, critical: 2, unknown: 3 };
/** Units that the interface knows; other values go without. */
const units: Readonly<Record<string, string>> = { ms: 'ms', s: 's', '%': '%', GB: 'GB' };

/** `custos audit health`: row A13, for people, scripts and Nagios. Exits 0, 1, 2, and 3 when it cannot tell. */
export function auditHealthCommand(audit: Command, context: CommandContext): void {
  withConnection(
    audit
      .command('health')
      .description(
        'Tell how the audit log is. Exits 0 healthy, 1 warning, 2 critical, 3 when it cannot tell.',
      ),
  )
    .option('--json', 'print the answer as JSON')
    .option('--watch <seconds>', 'ask again every so many seconds until interrupted')
    .option('--verbose', 'list every component')
    .action(async (options: HealthOptions) => {
      let seconds: number | undefined;
      try {
        seconds = secondsOf('watch', options.watch);
      } catch (error) {
        context.exitCode = unknown(options, error);
        return;
      }
      await repeat(seconds, systemClock, async () => {
        context.exitCode = await report(options);
      });
    });
}

/** Whatever keeps it from being told is UNKNOWN and not WARNING, which 1 would mean. */
function unknown({ json, url }: HealthOptions, error: unknown): number {
  const why = messageOf(error);
  if (json) console.log(JSON.stringify({ status: 'unknown', error: why }));
  else console.log(`CUSTOS AUDIT UNKNOWN - ${url}: ${plain(why).replaceAll('|', '/')}`);
  return exitCodes.unknown;
}

async function report(options: HealthOptions): Promise<number> {
  let health: AuditHealthView;
  try {
    health = await connect(options).audit.health();
  } catch (error) {
    return unknown(options, error);
  }
  if (options.json) console.log(wireJson(health));
  else {
    console.log(auditNagiosLine(health));
    if (options.verbose) {
      for (const { status, title, message } of health.components) {
        console.log(plain(`${status.toUpperCase().padEnd(9)} ${title}: ${message}`));
      }
    }
  }
  return exitCodes[health.status];
}

/** A figure as people read it: at most three places behind the point. */
export const figureOf = (value: number): string => String(Math.round(value * 1000) / 1000);

function figure({ name, value, unit, warning, critical }: Component): string[] {
  if (value === null) return [];
  const limit = (given: number | null): string => (given === null ? '' : figureOf(given));
  const label = name.replaceAll('-', '_');
  return [`${label}=${figureOf(value)}${units[unit ?? ''] ?? ''};${limit(warning)};${limit(critical)};0`];
}

/** One line as the Nagios plug-in guidelines want it: `SERVICE STATUS - text | performance data`. */
export function auditNagiosLine({ status, components }: AuditHealthView): string {
  const bad = components.filter((component) => component.status !== 'ok');
  const text =
    bad.length === 0
      ? 'the audit log works'
      : bad.map((component) => `${component.title} ${component.status}: ${component.message}`).join(' ');
  // A pipe in a message would start the performance data early, and a line break ends the line.
  const line = plain(text).replaceAll('|', '/');
  return `CUSTOS AUDIT ${status.toUpperCase()} - ${line} | ${components.flatMap(figure).join(' ')}`;
}
