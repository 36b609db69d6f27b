import type { LedgerStatusView } from '@custos/contract';
import type { Command } from 'commander';
import { formatDuration } from '../../base/duration.ts';
import type { CommandContext } from '../context.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { plain } from '../plain.ts';
import { wireJson } from './wire-json.ts';

interface WitnessOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly policy?: boolean;
}

/**
 * `custos audit witness`: who outside confirms the log, how far they are, and what that guarantees. Exits 0
 * when all follow, 1 when one is behind or failing, 2 after a fork.
 */
export function witnessCommand(audit: Command, context: CommandContext): void {
  withConnection(
    audit
      .command('witness')
      .description('Show witnesses and anchors, and what is guaranteed. Exits 0 fine, 1 behind, 2 forked.'),
  )
    .option('--policy', 'print the C2SP tlog-policy that others can trust this installation by')
    .option('--json', 'print JSON')
    .action(async ({ json, policy, ...options }: WitnessOptions) => {
      const status = await connect(options).audit.ledger.status();
      if (policy) process.stdout.write(status.policy);
      else if (json) {
        const { guarantee, witnesses, anchors, logs, witnessKeys } = status;
        const keys = logs.map(({ name, origin, verifierKeys }) => ({ name, origin, verifierKeys }));
        console.log(wireJson({ guarantee, witnesses, anchors, keys, witnessKeys }));
      } else for (const line of witnessLines(status)) console.log(plain(line));
      if (!policy) context.exitCode = witnessExitCode(status);
    });
}

type Outside = Pick<LedgerStatusView, 'witnesses' | 'anchors'>;
type Shown = Pick<LedgerStatusView, 'guarantee' | 'witnesses' | 'anchors' | 'witnessKeys'>;
type Progress = LedgerStatusView['witnesses'][number]['logs'][number];

export function witnessExitCode({ witnesses, anchors }: Outside): 0 | 1 | 2 {
  if (witnesses.some(({ state }) => state === 'forked')) return 2;
  const failing = anchors.some(({ logs }) => logs.some(({ failures }) => failures > 0));
  return failing || witnesses.some(({ state }) => state !== 'ok') ? 1 : 0;
}

function progressLine({ log, size, lagEntries, lagMs, error }: Progress): string {
  const lag =
    lagEntries === 0 ? '' : `, ${lagEntries} entries and ${formatDuration(Math.round(lagMs))} behind`;
  return `  ${log}: confirmed to ${size}${lag}${error === null ? '' : `: ${error}`}`;
}

export function witnessLines({ guarantee, witnesses, anchors, witnessKeys }: Shown): string[] {
  return [
    guarantee,
    ...witnesses.flatMap(({ name, url, state, logs }) => [
      `Witness ${name} (${url}): ${state}`,
      ...logs.map(progressLine),
    ]),
    ...anchors.flatMap(({ name, kind, intervalMs, logs }) => [
      `Anchor ${name} (${kind}), every ${formatDuration(intervalMs)}`,
      ...logs.map(progressLine),
    ]),
    ...witnessKeys.map((vkey) => `For others this installation is the witness ${vkey}`),
  ];
}
