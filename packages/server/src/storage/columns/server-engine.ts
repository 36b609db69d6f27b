import type { EngineSource } from './endpoint.ts';

/** A ClickHouse server elsewhere: `http(s)://user:password@host:port/database`. */
export function serverEngine(address: string): EngineSource {
  const url = new URL(address);
  const endpoint = {
    url: url.origin,
    user: url.username === '' ? 'default' : decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname === '/' ? 'default' : decodeURIComponent(url.pathname.slice(1)),
  };
  return {
    kind: 'server',
    start: async () => ({
      endpoint,
      pid: undefined,
      ended: new Promise<string>(() => undefined),
      stop: async () => undefined,
      kill: async () => undefined,
    }),
  };
}
