import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  verifyDirectory,
  verifyInstallation,
  type Finding,
  type Verification,
} from '../../app/audit/host/verify.ts';
import { loadOptions } from '../../app/options.ts';
import { messageOf } from '../../base/errors.ts';
import type { CommandContext } from '../context.ts';
import { plain } from '../plain.ts';
import { rememberedCheckpoints } from './remembered-checkpoints.ts';
import { verifyServed, type ServedLogReport } from './verify-served.ts';

interface VerifyOptions {
  readonly directory?: string;
  readonly policy?: string;
  readonly sealSecret?: string;
  readonly config?: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly remember?: string;
  readonly json?: boolean;
}

const shownFindings = 50;

/**
 * `custos audit verify`: everything, from a directory, on this host, or over HTTP. Exits 0 verified, 1 not
 * verified, 2 when it could not be told.
 */
export function verifyCommand(audit: Command, context: CommandContext): void {
  audit
    .command('verify')
    .description(
      'Verify the ledger: of this host, in --directory, or over HTTP with --url. Exits 0 verified, 1 not verified, 2 cannot tell.',
    )
    .option('--directory <path>', 'directory of a ledger; needs --policy')
    .option('--policy <file>', "C2SP tlog-policy with the keys to trust; the installation's own otherwise")
    .option('--seal-secret <file>', "initial secret of the journal's seal, when it was exported (32 bytes)")
    .option('-c, --config <file>', 'configuration file, for the ledger of this host')
    .option('--url <url>', 'address of a server, whose logs are read over HTTP')
    .option('--token-file <path>', 'file with an API token that has audit.read')
    .option('--remember <file>', 'keep the newest checkpoints there, and compare with them the next time')
    .option('--json', 'print the report as JSON')
    .action(async (options: VerifyOptions) => {
      try {
        context.exitCode =
          options.url === undefined ? await verifyFiles(options) : await verifyOverHttp(options, options.url);
      } catch (error) {
        if (options.json) console.log(JSON.stringify({ verified: null, error: messageOf(error) }));
        else console.error(`custos audit verify: ${messageOf(error)}`);
        context.exitCode = 2;
      }
    });
}

async function verifyFiles(options: VerifyOptions): Promise<number> {
  const { directory, policy, sealSecret, config } = options;
  let verification: Verification;
  if (directory === undefined) {
    if (policy !== undefined) throw new Error('--policy goes with --directory or --url');
    verification = await verifyInstallation(await loadOptions({ file: config }));
  } else {
    if (policy === undefined) throw new Error('--directory needs --policy: a file with the keys to trust');
    verification = await verifyDirectory({
      directory,
      policy: readFileSync(policy, 'utf8'),
      ...(sealSecret === undefined ? {} : { sealSecret: readFileSync(sealSecret) }),
    });
    // A directory without a ledger has nothing that could be wrong, which proves nothing.
    if (verification.logs.length === 0 && verification.entries === 0) {
      throw new Error(`${directory} holds no ledger`);
    }
  }
  const { valid, findings, logs, entries, sealsChecked } = verification;
  if (options.json) console.log(JSON.stringify({ verified: valid, entries, sealsChecked, logs, findings }));
  else {
    for (const { name, origin, size, checkpointSize } of logs) {
      console.log(`${name}: ${size} entries, ${checkpointSize ?? 0} of them signed as ${origin}`);
    }
    for (const finding of findings.slice(0, shownFindings)) console.log(findingText(finding));
    if (findings.length > shownFindings) console.log(`... and ${findings.length - shownFindings} more`);
    if (!sealsChecked) console.log('Seals of past epochs were not checked, which needs the initial secret.');
    console.log(valid ? `Verified: ${entries} entries.` : `NOT VERIFIED: ${findings.length} findings.`);
  }
  return valid ? 0 : 1;
}

function findingText({ file, log, from, to, message, rebuildable }: Finding): string {
  const touched = to > from ? ` Entries ${from} to ${to - 1}${log === null ? '' : ` of ${log}`}.` : '';
  const mends = rebuildable ? ' Opening the ledger after deleting the file makes it again.' : '';
  return plain(`${file}: ${message}${touched}${mends}`);
}

async function verifyOverHttp(options: VerifyOptions, url: string): Promise<number> {
  const { tokenFile, policy, remember, json } = options;
  const reports = await verifyServed({
    url,
    tokenFile,
    policy: policy === undefined ? undefined : readFileSync(policy, 'utf8'),
    remember: remember === undefined ? undefined : rememberedCheckpoints(remember),
  });
  if (json) {
    const verified = reports.every(({ exitCode }) => exitCode === 0);
    console.log(JSON.stringify({ verified, logs: reports }));
  } else {
    for (const report of reports) for (const line of servedLines(report)) console.log(plain(line));
    if (policy === undefined) {
      console.log("By the server's own keys: give --policy with keys from elsewhere to trust no server.");
    }
  }
  return Math.max(...reports.map(({ exitCode }) => exitCode));
}

function servedLines({
  origin,
  exitCode,
  entries,
  hashesOnly,
  continues,
  findings,
}: ServedLogReport): string[] {
  const also = [
    ...(hashesOnly === 0 ? [] : [`${hashesOnly} by their hashes only, as they are past their time`]),
    ...(continues === null ? [] : [`continues the ${continues} that were remembered`]),
  ];
  const words = { 0: 'verified', 1: 'NOT VERIFIED', 2: 'cannot tell' }[exitCode];
  return [
    [`${origin}: ${words}, ${entries} entries`, ...also].join(', '),
    ...findings.slice(0, shownFindings).map((finding) => `  ${finding}`),
  ];
}
