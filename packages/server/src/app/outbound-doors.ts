import type { AuditLog } from '../audit/types.ts';
import { systemActor } from '../audit/types.ts';
import type { Clock } from '../base/clock.ts';
import { CustosError, invalidInput, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { channelPolicy, compilePolicy, probePolicy } from '../outbound/policy.ts';
import { createOutbound } from '../outbound/service.ts';
import type { Outbound, OutboundPolicy, Refusal } from '../outbound/types.ts';
import type { Options } from './options.ts';

/** How often the same refusal is put on record again, ms. */
const recordEveryMs = 600_000;

/** The doors for channels and for probes, whose list of internal targets can change while they are open. */
export interface OutboundDoors {
  readonly channels: Outbound;
  readonly probes: Outbound;
  /** Private hosts and ranges that people listed, beside those of the configuration file. */
  allowInternal(targets: readonly string[]): void;
  close(): void;
}

/** Raises `invalid_input` naming the entry of `internalTargets` that is no host and no range. */
export function checkInternalTargets(targets: readonly string[]): void {
  try {
    compilePolicy({ ...channelPolicy, internal: targets });
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
    throw invalidInput(
      error.fields.map(({ field, message }) => ({
        field: field.replace(/^internal\b/, 'internalTargets'),
        message,
      })),
    );
  }
}

/** A door that is exchanged for another when its policy changes; requests under way end with the old one. */
function exchangeable(open: () => Outbound): { door: Outbound; exchange: () => void } {
  let present = open();
  return {
    door: {
      request: (request) => present.request(request),
      connect: (request) => present.connect(request),
      checkTarget: (request) => present.checkTarget(request),
      checkUrl: (url) => present.checkUrl(url),
      close: () => present.close(),
    },
    exchange() {
      const old = present;
      present = open();
      old.close();
    },
  };
}

/** Opens both doors. Every refusal is on record in the audit log, without paths, queries or headers. */
export function openDoors(
  options: Options,
  { clock, log, audit }: { clock: Clock; log: Logger; audit: AuditLog },
): OutboundDoors {
  const { internal, allowedHosts, allowPlainHttp } = options.network;
  let listed: readonly string[] = [];
  const recorded = new Map<string, number>();

  /** A probe may be refused every second: each target and reason is on record once in a while. */
  function isFresh(key: string): boolean {
    const now = clock.monotonic();
    if (now - (recorded.get(key) ?? -Infinity) < recordEveryMs) return false;
    if (recorded.size >= 1000) recorded.clear();
    recorded.set(key, now);
    return true;
  }

  const onRefused =
    (use: string) =>
    (refusal: Refusal): void => {
      if (!isFresh(`${use} ${refusal.target} ${refusal.reason}`)) return;
      log.warn({ use, ...refusal }, 'an outbound connection was refused');
      audit
        .append({
          actor: systemActor,
          action: 'outbound.refuse',
          target: { type: 'address', id: refusal.target.slice(0, 200) },
          outcome: 'denied',
          address: null,
          requestId: null,
          details: {
            use,
            reason: refusal.reason,
            purpose: refusal.purpose ?? null,
            address: refusal.address ?? null,
          },
        })
        .catch((error: unknown) => log.error({ error: messageOf(error) }, 'a refusal could not be recorded'));
    };
  const open = (use: string, policy: OutboundPolicy) => () =>
    createOutbound({
      policy: { ...policy, internal: [...internal, ...listed] },
      clock,
      onRefused: onRefused(use),
    });

  const channels = exchangeable(
    open('channel', {
      ...channelPolicy,
      hosts: allowedHosts,
      allowHttp: allowPlainHttp,
      // Mail submission, and the high ports where relays for tests and inside networks listen.
      tcpPorts: [25, 465, 587, [1024, 65_535]],
    }),
  );
  const probes = exchangeable(open('probe', probePolicy));
  return {
    channels: channels.door,
    probes: probes.door,
    allowInternal(targets) {
      if (JSON.stringify(targets) === JSON.stringify(listed)) return;
      listed = targets;
      channels.exchange();
      probes.exchange();
    },
    close() {
      channels.door.close();
      probes.door.close();
    },
  };
}
