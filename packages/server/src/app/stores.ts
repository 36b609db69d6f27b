import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { openKeyFile } from '../storage/secrets/key-file.ts';
import { parseSecretKeys } from '../storage/secrets/keys.ts';
import { createSecrets } from '../storage/secrets/service.ts';
import type { SecretKeys, Secrets } from '../storage/secrets/types.ts';
import { openState } from '../storage/state/open.ts';
import type { State } from '../storage/state/state.ts';
import type { Options } from './options.ts';

export interface Stores {
  readonly state: State;
  readonly secrets: Secrets;
  /** The installation's keys, newest first. */
  readonly keys: SecretKeys;
}

/** The keys that the options name, or the generated file in the data directory. */
function secretKeys(options: Options): SecretKeys {
  if (options.secretKeyText === null) return openKeyFile(join(options.dataPath, 'secret.key'));
  const [newest, ...rest] = parseSecretKeys(options.secretKeyText, 'CUSTOS_SECRET_KEY');
  const earlier = options.previousSecretKeyTexts.flatMap((text) =>
    parseSecretKeys(text, 'previousSecretKeys'),
  );
  return [newest, ...rest, ...earlier];
}

/** Opens State, up to date, and the secrets in it. */
export async function openStores(options: Options, parts: { clock: Clock; log: Logger }): Promise<Stores> {
  const { clock, log } = parts;
  const keys = secretKeys(options);
  const state = await openState({ url: options.stateUrl, clock, log, poolSize: options.state.poolSize });
  try {
    return { state, secrets: await createSecrets({ state, keys, clock }), keys };
  } catch (error) {
    await state.close();
    throw error;
  }
}
