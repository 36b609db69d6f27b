import { messageOf } from '../../../base/errors.ts';
import type { Clock } from '../../../base/clock.ts';
import { createPromqlEngine } from '../engine.ts';
import { runCase } from './run-case.ts';
import { readScript, type Command } from './script.ts';
import { createScriptStorage } from './script-storage.ts';

export interface CaseReport {
  readonly line: number;
  readonly query: string;
  readonly reason: string;
}

export interface ScriptReport {
  readonly name: string;
  readonly passed: number;
  readonly failed: readonly CaseReport[];
  readonly skipped: readonly CaseReport[];
}

/**
 * Runs a file of Prometheus's test language on the engine and a storage in memory.
 *
 * Metric names are removed when the query ends, as upstream runs these files.
 */
export async function runScript(name: string, text: string, clock: Clock): Promise<ScriptReport> {
  const storage = createScriptStorage();
  const engine = createPromqlEngine({ storage, clock, delayedNameRemoval: true });
  const failed: CaseReport[] = [];
  const skipped: CaseReport[] = [];
  let passed = 0;

  const perform = async (command: Command): Promise<void> => {
    switch (command.kind) {
      case 'clear':
        return storage.clear();
      case 'load':
        return storage.load(command);
      case 'unknown':
        throw new Error('this is no command of the language');
      case 'eval': {
        const outcome = await runCase(engine, storage, command);
        if (outcome.kind === 'passed') passed += 1;
        else (outcome.kind === 'failed' ? failed : skipped).push({ ...command, reason: outcome.reason });
      }
    }
  };

  for (const command of readScript(text)) {
    try {
      await perform(command);
    } catch (error) {
      const query = command.kind === 'unknown' ? command.text : command.kind;
      failed.push({ line: command.line, query, reason: messageOf(error) });
    }
  }
  return { name, passed, failed, skipped };
}
