import { createAccess, type Access } from '../access/service.ts';
import { createAudit } from '../audit/service.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { systemActor } from '../audit/types.ts';
import type { Options } from './options.ts';
import { openStores } from './stores.ts';

/** What a command on the host works with: the stores and access, without the rest of the program. */
export interface Operator {
  readonly access: Access;
  rotateSecrets(): Promise<number>;
  close(): Promise<void>;
}

/** Opens the stores for one command. Works beside a running server: State is shared, not locked. */
export async function openOperator(options: Options): Promise<Operator> {
  const parts = { clock: systemClock, log: silentLogger };
  const { state, secrets } = await openStores(options, parts);
  const audit = createAudit({ state, clock: systemClock });
  const access = createAccess({ state, audit, ...parts });
  await access.start();
  return {
    access,
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
    close: () => state.close(),
  };
}
