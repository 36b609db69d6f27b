import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AuditFilter } from '@custos/client';
import { auditExportFormat } from '@custos/contract';
import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { connect, namingFields, withConnection, type ConnectionOptions } from '../connection.ts';
import { filterOf, withFilters, type FilterOptions } from './filters.ts';

interface ExportOptions extends ConnectionOptions, FilterOptions {
  readonly format: string;
  readonly output?: string;
}

/** Writes the body of an answer to standard output, or to a file that is whole or not there. */
async function writeBody(response: Response, output: string | undefined): Promise<void> {
  if (response.body === null) throw new Error('The server sent nothing.');
  const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
  if (output === undefined) return pipeline(body, process.stdout, { end: false });
  const partial = `${output}.part`;
  try {
    await pipeline(body, createWriteStream(partial, { mode: 0o600 }));
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** `custos audit export`: what a search finds, in the form of another system. On record as `data.export`. */
export function exportCommand(audit: Command): void {
  const formats = auditExportFormat.options.join(', ');
  const command = audit
    .command('export')
    .description('Export events in the form of another system. Sealed fields stay sealed.');
  withFilters(withConnection(command))
    .option('--format <format>', formats, 'ndjson')
    .option('-o, --output <file>', 'file to write; standard output otherwise')
    .action((options: ExportOptions) =>
      namingFields(async () => {
        const format = auditExportFormat.safeParse(options.format);
        if (!format.success) throw new Error(`--format must be one of ${formats}`);
        const filter: AuditFilter = filterOf(options, systemClock);
        await writeBody(
          await connect(options).audit.export({ ...filter, format: format.data }),
          options.output,
        );
      }),
    );
}
