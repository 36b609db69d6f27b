import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { eventually } from '../../../../test/serve.ts';
import { freePort } from '../../../../test/stores.ts';

const require = createRequire(import.meta.url);

/** Azurite, the emulator that Microsoft makes, in a process of its own. */
export interface AzureServer {
  readonly port: number;
  readonly account: string;
  readonly accountKey: string;
  readonly container: string;
  /** Changes the content of a blob behind everybody's back and keeps its metadata. */
  tamper(name: string, content: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** The account that Azurite has for everybody; its key is published. */
const account = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export async function startAzureServer(): Promise<AzureServer> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-azurite-'));
  const port = await freePort();
  const main = require.resolve('azurite/dist/src/blob/main.js');
  const child = spawn(
    process.execPath,
    [
      main,
      '--blobHost',
      '127.0.0.1',
      '--blobPort',
      String(port),
      '--inMemoryPersistence',
      '--silent',
      '--disableTelemetry',
      '--skipApiVersionCheck',
    ],
    { stdio: 'ignore', cwd: directory },
  );
  const container = 'custos-test';
  const client = new ContainerClient(
    `http://127.0.0.1:${port}/${account}/${container}`,
    new StorageSharedKeyCredential(account, accountKey),
    { retryOptions: { maxTries: 1 } },
  );
  await eventually(() => client.createIfNotExists(), { timeoutMs: 45_000, what: 'a running Azurite' });

  return {
    port,
    account,
    accountKey,
    container,
    async tamper(name, content) {
      const blob = client.getBlockBlobClient(name);
      const { metadata } = await blob.getProperties();
      await blob.upload(content, content.length, metadata === undefined ? {} : { metadata });
    },
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
