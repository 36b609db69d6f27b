import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { backupCommand } from './backup.ts';
import { benchCommand } from './bench.ts';
import { exportCommand } from './export.ts';
import { auditHealthCommand } from './health.ts';
import { monitorCommand } from './monitor.ts';
import { proveCommand } from './prove.ts';
import { queryCommand } from './query.ts';
import { rebuildCommand } from './rebuild.ts';
import { resumeCommand } from './resume.ts';
import { statsCommand } from './stats.ts';
import { tailCommand } from './tail.ts';
import { tryCommand } from './try.ts';
import { verifyCommand } from './verify.ts';
import { witnessCommand } from './witness.ts';

/** `custos audit ...`: the audit log, from a terminal. */
export function auditCommand(program: Command, context: CommandContext): void {
  const audit = program
    .command('audit')
    .description('Read, watch, verify, export, back up and try the audit log.');
  for (const add of [tailCommand, queryCommand, exportCommand, statsCommand]) add(audit);
  for (const add of [
    verifyCommand,
    proveCommand,
    rebuildCommand,
    witnessCommand,
    auditHealthCommand,
    monitorCommand,
    tryCommand,
    benchCommand,
    backupCommand,
    resumeCommand,
  ]) {
    add(audit, context);
  }
}
