import { invalidInput, type FieldFault } from '../../base/errors.ts';
import { dottedName } from './envelope.ts';
import { alwaysSensitive, type EventType, type Whose } from './event-type.ts';
import { accessTypes } from './kinds/access.ts';
import { administrationTypes } from './kinds/administration.ts';
import { authenticationTypes } from './kinds/authentication.ts';
import { intakeTypes } from './kinds/intake.ts';
import { moneyTypes } from './kinds/money.ts';
import { privacyTypes } from './kinds/privacy.ts';
import { privilegeTypes } from './kinds/privilege.ts';
import { sessionTypes } from './kinds/session.ts';
import { retentionClasses } from './retention.ts';
import type { RetentionClass } from './types.ts';

const builtInTypes: readonly EventType[] = [
  ...authenticationTypes,
  ...sessionTypes,
  ...privilegeTypes,
  ...accessTypes,
  ...moneyTypes,
  ...administrationTypes,
  ...privacyTypes,
  ...intakeTypes,
];

/** A type and every path that is sealed in its events. */
export interface CatalogueEntry extends EventType {
  readonly sealedPaths: ReadonlyMap<string, Whose>;
  /** Slowed down and never dropped. */
  readonly protected: boolean;
}

export interface Catalogue {
  /** The entry of a type; `undefined` when nobody has registered it. */
  find(type: string): CatalogueEntry | undefined;
  list(): readonly CatalogueEntry[];
}

/** Which part of an event a sensitive field may be: never what every reader needs to make sense of it. */
const sealablePath = /^(address|requestId|traceId|(actor|target)\.(id|name)|details(\.[^.]+){1,8})$/;

/** Classes whose events are slowed down and never dropped; a log that the configuration adds is not one. */
const protectedClasses = new Set<RetentionClass>(['security', 'financial']);

function faultsIn(type: EventType, known: ReadonlySet<string>, logs: ReadonlySet<string>): FieldFault[] {
  const faults: FieldFault[] = [];
  const at = (field: string, message: string) =>
    faults.push({ field: `types.${type.type}.${field}`, message });
  if (!dottedName.test(type.type) || type.type.length > 100) {
    at('type', 'must be words in small letters joined by dots, such as shop.coupon-used');
  }
  if (known.has(type.type)) at('type', 'is in the catalogue already');
  if (type.type.startsWith('intake.')) at('type', 'must not begin with intake, which Custos itself uses');
  if (!logs.has(type.retention)) at('retention', `must be one of ${[...logs].join(', ')}`);
  const paths = Object.keys(type.sensitive ?? {});
  for (const path of paths) {
    if (paths.some((other) => other.startsWith(`${path}.`))) {
      at(`sensitive.${path}`, 'must not hold another sensitive field; name the outer one or the inner ones');
    }
    if (!sealablePath.test(path)) {
      at(
        `sensitive.${path}`,
        'must be address, requestId, traceId, an id or name of a party, or details.NAME',
      );
    }
  }
  return faults;
}

/**
 * The catalogue of event types: the built-in ones and `own`, which a service registers. `logs` adds names of
 * retention classes to the three built-in ones. Raises `invalid_input` that names the type and the field for
 * a name that is taken, a class that is not known, or a sensitive path that cannot be sealed.
 */
export function createCatalogue(
  own: readonly EventType[] = [],
  logs: readonly RetentionClass[] = [],
): Catalogue {
  const known = new Set(builtInTypes.map(({ type }) => type));
  const allLogs = new Set([...retentionClasses.map(({ name }) => name), ...logs]);
  const faults: FieldFault[] = [];
  for (const type of own) {
    faults.push(...faultsIn(type, known, allLogs));
    known.add(type.type);
  }
  if (faults.length > 0) throw invalidInput(faults, 'The catalogue of audit events is not valid.');

  const entries = new Map<string, CatalogueEntry>(
    [...builtInTypes, ...own].map((type) => [
      type.type,
      {
        ...type,
        sealedPaths: new Map(Object.entries({ ...alwaysSensitive, ...type.sensitive })),
        protected: protectedClasses.has(type.retention),
      },
    ]),
  );
  return { find: (type) => entries.get(type), list: () => [...entries.values()] };
}
