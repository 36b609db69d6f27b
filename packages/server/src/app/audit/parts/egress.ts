import { hostname as hostName } from 'node:os';
import { createNdjsonObjectsDestination } from '../../../audit/egress/ndjson-objects.ts';
import { createEgress, type Egress } from '../../../audit/egress/service.ts';
import { createSyslogDestination } from '../../../audit/egress/syslog.ts';
import type { Destination, EgressDefinition, EgressLeases } from '../../../audit/egress/types.ts';
import { createWebhookDestination } from '../../../audit/egress/webhook.ts';
import type { Catalogue } from '../../../audit/events/catalogue.ts';
import type { AuditSettings } from '../../../audit/events/constants.ts';
import type { ExportFormat } from '../../../audit/events/export/format.ts';
import { exportFormats } from '../../../audit/events/export-formats.ts';
import type { Ledger } from '../../../audit/log/ledger-types.ts';
import type { Recorder } from '../../../audit/types.ts';
import type { Vault } from '../../../audit/vault/service.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/logger.ts';
import type { Outbound } from '../../../outbound/types.ts';
import { openObjects } from '../../../storage/objects/open.ts';
import type { State } from '../../../storage/state/state.ts';
import type { Part } from '../../lifecycle.ts';
import { underField } from '../config/fields.ts';
import type { AuditConfiguration } from '../config/configuration.ts';

export interface EgressParts {
  readonly configuration: Pick<AuditConfiguration, 'egress'>;
  readonly settings: AuditSettings;
  readonly catalogue: Catalogue;
  readonly state: State;
  readonly ledger: Pick<Ledger, 'names' | 'reader'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly vault: Pick<Vault, 'disclose'>;
  readonly recorder: Pick<Recorder, 'record'>;
  /** `Jobs.leases`. */
  readonly leases: EgressLeases;
  readonly outbound: Pick<Outbound, 'request' | 'connect'>;
}

export interface JoinedEgress {
  readonly egress: Egress;
  /** Belongs behind the jobs, whose leases it holds. */
  readonly part: Part;
}

type Described = AuditConfiguration['egress'][number];

interface MakeParts extends Pick<EgressParts, 'settings' | 'clock' | 'outbound'> {
  formatOf(name: string): ExportFormat;
}

type Makers = {
  readonly [Kind in Described['kind']]: (
    described: Extract<Described, { readonly kind: Kind }>,
    parts: MakeParts,
  ) => Promise<Destination>;
};

/** Answers of receivers say nothing that is kept. */
const answerBytes = 16 * 1024;

const makers: Makers = {
  async webhook({ url, secret, previousSecret, headers, format, maxEvents }, { clock, outbound, formatOf }) {
    return createWebhookDestination({
      url,
      format: formatOf(format),
      secrets: previousSecret === undefined ? [secret] : [secret, previousSecret],
      call: (request) => outbound.request({ ...request, maxResponseBytes: answerBytes }),
      clock,
      maxEvents,
      ...(headers === undefined ? {} : { headers }),
    });
  },
  async syslog({ host, port, tls, format, hostname, enterpriseNumber }, { outbound, formatOf }) {
    return createSyslogDestination({
      host,
      port,
      ...(tls === false ? {} : { tls: present(tls) }),
      format: formatOf(format),
      hostname: hostname ?? hostName(),
      ...(enterpriseNumber === undefined ? {} : { enterpriseNumber }),
      connect: (request) => outbound.connect(request),
    });
  },
  async objects({ address, secrets = {}, prefix, compression }, { settings, clock }) {
    const objects = await openObjects(address, { clock, secrets });
    return createNdjsonObjectsDestination({ objects, prefix, compression, settings, clock });
  },
};

/** Without the fields that are not there. */
function present<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** The maker of a kind takes what is described as that kind. */
const make = (described: Described, parts: MakeParts): Promise<Destination> =>
  makers[described.kind](described as never, parts);

/**
 * Makes the destinations of the configuration and what sends to them. Nothing is sent before the part is
 * started. Raises `invalid_input` naming the destination that cannot be.
 */
export async function joinEgress(parts: EgressParts): Promise<JoinedEgress> {
  const { configuration, catalogue, recorder } = parts;
  const log = parts.log.child({ part: 'audit-egress' });
  const formats = exportFormats(catalogue);
  // The names of the contract are those of the formats.
  const formatOf = (name: string): ExportFormat => formats.get(name) as ExportFormat;
  const definitions: EgressDefinition[] = [];
  for (const [index, described] of configuration.egress.entries()) {
    const { name, logs, from, disclose } = described;
    definitions.push({
      name,
      from,
      ...(logs === undefined ? {} : { logs }),
      ...(disclose === undefined ? {} : { disclose }),
      destination: await underField(`audit.egress.${index}`, () => make(described, { ...parts, formatOf })),
    });
  }
  const { state, ledger, clock, vault, leases } = parts;
  const egress = createEgress({
    state,
    ledger,
    clock,
    log,
    vault,
    leases,
    record: (event) => recorder.record(event),
    definitions,
  });
  return { egress, part: { name: 'audit egress', start: () => egress.start(), stop: () => egress.stop() } };
}
