import { discard, serve, setUp } from '../packages/server/test/serve.ts';
import { permissionCheck } from './access/permission.ts';
import { authenticatedRequests } from './access/requests.ts';
import { listSessions } from './access/sessions.ts';
import { signInOverhead } from './access/sign-in.ts';
import type { Figure } from './figure.ts';

/** What knowing who calls costs: per request, per check, per sign-in. Limits are set out of the way. */
export async function run(): Promise<readonly Figure[]> {
  const served = await serve({
    config: { columns: { enabled: false }, http: { requestsPerMinute: 1_000_000_000 } },
  });
  try {
    const client = await setUp(served);
    const { token } = await client.tokens.create({
      name: 'bench',
      permissions: ['dashboard.read'],
      expiresInDays: 1,
    });
    return [
      ...(await authenticatedRequests(served, token)),
      await permissionCheck(),
      await signInOverhead(served),
      await listSessions(served),
    ];
  } finally {
    await discard(served);
  }
}
