import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { auditConstants } from '../../packages/server/src/audit/events/constants.ts';
import { variedLeaf } from '../../packages/server/src/audit/index/varied-events-fixture.ts';
import { decodeManifest, manifestName } from '../../packages/server/src/audit/keeping/archive-format.ts';
import { writeArchive } from '../../packages/server/src/audit/keeping/archive.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import { openDirectoryStore } from '../../packages/server/src/storage/objects/directory.ts';
import type { Figure } from '../figure.ts';
import { openHouse } from './house.ts';

const entries = 102_400;
const log = 'general';

/** How much smaller an archive's entries are than the entries; of events as varied as a shop's. */
export async function compression(): Promise<readonly Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-bench-archive-'));
  const house = await openHouse(join(directory, 'house'));
  try {
    const leaves = Array.from({ length: entries }, (_, index) =>
      variedLeaf(log, index, 1_767_225_600_000 + index * 700),
    );
    for (let from = 0; from < entries; from += 1000) {
      await house.ledger.appendMany(log, leaves.slice(from, from + 1000));
    }
    await house.ledger.publish();
    const objects = await openDirectoryStore(join(directory, 'objects'), systemClock);
    const store = {
      objects,
      prefix: 'archive/',
      compression: { kind: 'zstd', level: auditConstants.COMPRESSION_LEVEL.default },
      partBytes: 32 * 1024 * 1024,
      clock: systemClock,
    } as const;
    const prefix = await writeArchive(store, house.ledger.reader(log), { log, from: 0, to: entries });
    const key = prefix + manifestName;
    const manifest = decodeManifest(await objects.read(key, 64 * 1024 * 1024), key);
    const packed = manifest.parts.reduce((sum, part) => sum + part.entries.sizeBytes, 0);
    const plain = leaves.reduce((sum, leaf) => sum + leaf.length, 0);
    const one = Buffer.concat(leaves.slice(0, 20_000));
    const baseline = {
      name: 'gzip -1 of the same events',
      value: one.length / gzipSync(one, { level: 1 }).length,
    };
    return [{ figure: 'compression', value: plain / packed, unit: 'times smaller', baseline }];
  } finally {
    await house.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
