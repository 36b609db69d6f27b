import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { CheckpointStore } from '@custos/client/ledger';

/**
 * The newest checkpoint of each log that was verified, in a file: the next verification then finds a log
 * that was rolled back or rewritten meanwhile. Without a file each verification stands alone.
 */
export function rememberedCheckpoints(file: string): CheckpointStore {
  const read = (): Record<string, string> => {
    if (!existsSync(file)) return {};
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof kept !== 'object' || kept === null || Array.isArray(kept)) {
      throw new Error(`${file} does not hold checkpoints`);
    }
    return kept as Record<string, string>;
  };
  return {
    load: (origin) => read()[origin] ?? null,
    save(origin, note) {
      writeFileSync(`${file}.new`, `${JSON.stringify({ ...read(), [origin]: note }, null, 1)}\n`, {
        mode: 0o600,
      });
      renameSync(`${file}.new`, file);
    },
  };
}
