import type { ProbeKindName } from '@custos/contract';
import { dnsKind } from './dns.ts';
import { heartbeatKind } from './heartbeat.ts';
import { hostKind } from './host.ts';
import { httpKind } from './http.ts';
import type { ProbeKind } from './kind.ts';
import { postgresKind } from './postgres.ts';
import { processKind } from './process.ts';
import { redisKind } from './redis.ts';
import { tcpKind } from './tcp.ts';
import { tlsKind } from './tls.ts';

/** Every kind of probe. A new one is one file and one line here. */
export const probeKinds: Readonly<Record<ProbeKindName, ProbeKind>> = {
  http: httpKind,
  tcp: tcpKind,
  dns: dnsKind,
  tls: tlsKind,
  postgres: postgresKind,
  redis: redisKind,
  heartbeat: heartbeatKind,
  host: hostKind,
  process: processKind,
};
