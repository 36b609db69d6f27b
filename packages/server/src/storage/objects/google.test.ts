import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { describeObjectStore } from './test/contract.ts';
import { startGoogleEdge, type GoogleEdge } from './test/google-edge.ts';
import { describeNetworkFaults } from './test/network-faults.ts';
import { openTcpCutter, type TcpCutter } from './test/tcp-cutter.ts';
import { openObjects } from './open.ts';
import type { ObjectStore } from './types.ts';

// A strict JSON API of our own at the network's edge: there is no emulator of Google's on npm.
let edge: GoogleEdge;
let wire: TcpCutter;
let stores = 0;
beforeAll(async () => {
  edge = await startGoogleEdge();
  wire = await openTcpCutter(edge.port);
});
afterAll(async () => {
  await wire.close();
  await edge.close();
});

const openAt = (prefix: string, port = edge.port): Promise<ObjectStore> =>
  openObjects(
    `gs://${edge.bucket}/${prefix}?project=p&endpoint=${encodeURIComponent(`http://127.0.0.1:${port}`)}`,
    { clock: systemClock },
  );
const newPrefix = (): string => `t${(stores += 1)}/deep`;

describeObjectStore('the Google store', async () => {
  const prefix = newPrefix();
  return {
    store: await openAt(prefix),
    tamper: async (key, content) => edge.tamper(`${prefix}/${key}`, content),
  };
});

describeNetworkFaults('the Google store', async () => ({
  store: await openAt(newPrefix(), wire.port),
  wire,
}));
