import { Command, CommanderError } from 'commander';
import { ConfigurationError } from '../app/findings.ts';
import { CustosError, messageOf } from '../base/errors.ts';
import { addressRulesCommand } from './address-rules.ts';
import { auditCommand } from './audit/audit.ts';
import { checkCommand } from './check.ts';
import type { CommandContext } from './context.ts';
import { healthCommand } from './health.ts';
import { initCommand } from './init.ts';
import { promqlCommand } from './promql.ts';
import { rulesCommand } from './rules.ts';
import { secretsCommand } from './secrets.ts';
import { serveCommand } from './serve.ts';
import { tokenCommand } from './token.ts';
import { topCommand } from './top/top.ts';
import { userCommand } from './user.ts';
import { version } from './version.ts';

/** A ledger that must not sign: restarting does not help, somebody has to decide. */
const needsDecision = new Set(['ledger_behind', 'ledger_forked']);

/**
 * Runs one command and returns the exit code: 0 for done, 1 for a fault of the program or its
 * surroundings, 2 for a wrong call, a wrong configuration or a ledger that must not sign, or what the command documents.
 */
export async function runCli(args: readonly string[]): Promise<number> {
  // Whatever is written from here on, the engine's files included, is for this user alone (row A12).
  process.umask(0o077);
  const context: CommandContext = { exitCode: 0 };
  const program = new Command('custos')
    .description(
      'Watches production, gets the right person, and keeps evidence that nobody can quietly change.',
    )
    .version(version())
    .exitOverride()
    .showHelpAfterError();
  for (const add of [
    serveCommand,
    initCommand,
    checkCommand,
    healthCommand,
    topCommand,
    auditCommand,
    userCommand,
    tokenCommand,
    addressRulesCommand,
    secretsCommand,
    promqlCommand,
    rulesCommand,
  ]) {
    add(program, context);
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof ConfigurationError) {
      console.error(`The configuration cannot be used.\n${error.message}`);
      return 2;
    }
    console.error(`custos: ${messageOf(error)}`);
    if (error instanceof CustosError) {
      for (const { field, message } of error.fields) console.error(`  ${field}: ${message}`);
      if (needsDecision.has(error.code)) {
        console.error('  To go on without that state, log by log: custos audit resume (docs/audit.md)');
        return 2;
      }
    }
    return 1;
  }
}
