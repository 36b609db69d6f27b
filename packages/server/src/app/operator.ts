import type { UserView } from '@custos/contract';
import { clearAddressRules } from '../access/address-rules/service.ts';
import { createAccess, type Access } from '../access/service.ts';
import { createAdmission } from '../audit/events/admission.ts';
import { createCatalogue } from '../audit/events/catalogue.ts';
import { createIntake } from '../audit/events/intake.ts';
import { createSecurityGroups } from '../audit/events/security-groups.ts';
import { createPendingLeafLog } from '../audit/log/relay/pending-leaf-log.ts';
import { createRecorder } from '../audit/recorder.ts';
import { systemActor, type Recorder } from '../audit/types.ts';
import { createVault } from '../audit/vault/service.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { logNames } from './audit/open-ledger.ts';
import { allAccounts, operatorTokens, type OperatorTokens } from './operator-tokens.ts';
import type { Options } from './options.ts';
import { openStores, type Stores } from './stores.ts';

/** What a command on the host works with: the stores and access, without the rest of the program. */
export interface Operator {
  readonly access: Access;
  readonly tokens: OperatorTokens;
  /** Where links lead: the public address as the configuration has it, or where the server listens. */
  readonly address: string;
  accounts(): Promise<UserView[]>;
  /** Lets calls in from everywhere again; returns how many rules there were. */
  clearAddressRules(): Promise<number>;
  rotateSecrets(): Promise<number>;
  close(): Promise<void>;
}

const clock = systemClock;

/**
 * Puts acts on record beside a running server: they are durable in State, and the server moves them to its
 * ledger within a second, or at its next start.
 */
export async function openOperatorRecorder(options: Options, stores: Stores): Promise<Recorder> {
  const { state, keys } = stores;
  const intake = createIntake({
    state,
    clock,
    catalogue: createCatalogue(),
    vault: await createVault({ state, keys, clock }),
    admission: createAdmission({ clock, perSecond: 1, burst: 1 }),
    groups: createSecurityGroups(),
  });
  return createRecorder({ intake, leafLog: createPendingLeafLog({ state, logs: logNames(options.audit) }) });
}

/** Opens the stores for one command. Works beside a running server: State is shared, not locked. */
export async function openOperator(options: Options): Promise<Operator> {
  const log = silentLogger;
  const stores = await openStores(options, { clock, log });
  const { state, secrets } = stores;
  const audit = await openOperatorRecorder(options, stores);
  const access = createAccess({ state, audit, secrets, clock, log });
  await access.start();
  const { publicUrl, listenHost, listenPort } = options;
  const host = listenHost.includes(':') ? `[${listenHost}]` : listenHost;
  return {
    access,
    tokens: operatorTokens({ access, state, clock, audit }),
    address: publicUrl ?? `http://${host}:${listenPort}`,
    accounts: () => allAccounts(access),
    clearAddressRules: () => clearAddressRules({ state, audit }),
    async rotateSecrets() {
      const count = await secrets.rotate();
      await audit.append({
        actor: systemActor,
        action: 'secrets.rotate',
        target: null,
        outcome: 'succeeded',
        address: null,
        requestId: null,
        details: { count },
      });
      return count;
    },
    async close() {
      await access.stop();
      await state.close();
    },
  };
}
