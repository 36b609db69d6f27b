import { systemClock } from '../../../base/clock.ts';
import type { Routes } from '../../../http/types.ts';
import { createTestServer, type TestServer } from '../../../../test/http-server.ts';
import { createTally, type CountingTally } from '../tally.ts';
import { createFakeIntake, type FakeIntake } from './fake-intake.ts';

export interface Doors {
  readonly url: string;
  readonly server: TestServer;
  readonly tally: CountingTally;
  readonly intake: FakeIntake;
  post(path: string, body: Uint8Array | string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

/** A server with some doors, over a fake intake; calls bring the token `shop`. */
export async function openDoors(
  make: (parts: { tally: CountingTally; intake: FakeIntake }) => readonly Routes[],
  limits?: Parameters<typeof createFakeIntake>[1],
): Promise<Doors> {
  const tally = createTally(systemClock);
  const intake = createFakeIntake(systemClock, limits);
  const server = await createTestServer();
  for (const routes of make({ tally, intake })) await server.app.register(routes);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    server,
    tally,
    intake,
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        body: body as BodyInit,
        headers: { authorization: 'Bearer shop', ...headers },
      }),
    stop: () => server.stop(),
  };
}
