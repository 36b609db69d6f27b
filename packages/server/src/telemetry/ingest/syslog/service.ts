import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/logger.ts';
import type { IngestTally, RecordIntake } from '../../types.ts';
import { createSyslogIntake } from './intake.ts';
import { createPeers } from './peers.ts';
import { listenTcp } from './tcp.ts';
import { listenUdp, type Listening } from './udp.ts';
import type { SyslogListener } from './types.ts';

export interface SyslogOptions {
  /** None by default: this door has no tokens, only addresses. */
  readonly listeners: readonly SyslogListener[];
  readonly records: RecordIntake;
  readonly tally: IngestTally;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Syslog {
  /** Opens every listener; raises and opens none when one cannot be. */
  start(): Promise<void>;
  /** Closes all and waits for what was read. Safe twice. */
  stop(): Promise<void>;
  /** Where is listened, such as `udp://127.0.0.1:514`. */
  addresses(): string[];
}

/** Takes syslog. Throws an `Error` at once when an entry of `allow` is none. */
export function createSyslog(options: SyslogOptions): Syslog {
  const { listeners, clock } = options;
  const log = options.log.child({ part: 'syslog' });
  const intake = createSyslogIntake({ ...options, log });
  const prepared = listeners.map((listener) => ({ listener, allowed: createPeers(listener.allow) }));
  const open: { readonly listener: SyslogListener; readonly listening: Listening }[] = [];

  const stop = async (): Promise<void> => {
    intake.stop();
    await Promise.all(open.splice(0).map(({ listening }) => listening.stop()));
  };

  return {
    async start() {
      try {
        for (const { listener, allowed } of prepared) {
          const listening =
            listener.protocol === 'udp'
              ? await listenUdp(listener, { intake, allowed, clock })
              : await listenTcp(listener, { intake, allowed });
          open.push({ listener, listening });
        }
      } catch (error) {
        await stop();
        throw error;
      }
      if (open.length > 0) log.info({ addresses: addressesOf(open) }, 'syslog is listened to');
    },
    stop,
    addresses: () => addressesOf(open),
  };
}

function addressesOf(
  open: readonly { readonly listener: SyslogListener; readonly listening: Listening }[],
): string[] {
  return open.map(({ listener: { protocol, host }, listening: { port } }) => {
    const name = host.includes(':') ? `[${host}]` : host;
    return `${protocol}://${name}:${port}`;
  });
}
