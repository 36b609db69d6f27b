import { createClient, type Client } from '../../packages/client/src/index.ts';
import type { DemoAccount } from './account.ts';

/** Signs in as the demo's account, the way a browser does: with its cookie and its origin. */
export async function signIn(
  custosUrl: string,
  account: Pick<DemoAccount, 'email' | 'password'>,
): Promise<Client> {
  let cookie = '';
  const withCookie: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('origin', custosUrl);
    if (cookie !== '') headers.set('cookie', cookie);
    const reply = await fetch(input, { ...init, headers });
    cookie = reply.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return reply;
  };
  const client = createClient({ baseUrl: custosUrl, fetch: withCookie });
  await client.session.signIn(account);
  return client;
}
