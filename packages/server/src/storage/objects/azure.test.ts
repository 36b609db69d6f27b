import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { startAzureServer, type AzureServer } from './test/azure-server.ts';
import { describeObjectStore } from './test/contract.ts';
import { describeNetworkFaults } from './test/network-faults.ts';
import { openTcpCutter, type TcpCutter } from './test/tcp-cutter.ts';
import { openObjects } from './open.ts';
import type { ObjectStore } from './types.ts';

let server: AzureServer;
let wire: TcpCutter;
let stores = 0;
beforeAll(async () => {
  server = await startAzureServer();
  wire = await openTcpCutter(server.port);
});
afterAll(async () => {
  await wire?.close();
  await server?.close();
});

const openAt = (prefix: string, port = server.port, accountKey = server.accountKey): Promise<ObjectStore> => {
  const endpoint = encodeURIComponent(`http://127.0.0.1:${port}/${server.account}`);
  const url = `azure://${server.container}/${prefix}?account=${server.account}&endpoint=${endpoint}`;
  return openObjects(url, { clock: systemClock, secrets: { accountKey } });
};
const newPrefix = (): string => `t${(stores += 1)}/deep`;

describeObjectStore('the Azure store on Azurite', async () => {
  const prefix = newPrefix();
  return {
    store: await openAt(prefix),
    tamper: (key, content) => server.tamper(`${prefix}/${key}`, content),
  };
});

describeNetworkFaults('the Azure store', async () => ({
  store: await openAt(newPrefix(), wire.port),
  wire,
}));

describe('the Azure store', () => {
  test('with a wrong key says so and gives none away', async () => {
    const wrong = Buffer.alloc(64, 7).toString('base64');
    const store = await openAt('x', server.port, wrong);
    const error = await store.list().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'object_store_failed' });
    expect((error as Error).message).toContain('403');
    expect((error as Error).message).not.toContain(wrong);
  });
});
