import type { Clock } from '../../base/clock.ts';
import type { LedgerFigures } from './ledger-types.ts';
import type { Logs } from './logs.ts';
import { tileWidth } from './merkle/frontier.ts';
import { hashBytes } from './merkle/hashing.ts';

const windowMs = 60_000;

/** Measures logs as time goes by. */
export interface Figures {
  /** Notes the present sizes; about once a second. */
  sample(): void;
  read(journalBytes: number): LedgerFigures;
}

/** Bytes of all tiles of a tree, the partial ones included. */
function tileBytesOf(size: number): number {
  let hashes = 0;
  for (let level = size; level > 0; level = Math.floor(level / tileWidth)) hashes += level;
  return hashes * hashBytes;
}

interface Sample {
  readonly at: number;
  readonly sizes: ReadonlyMap<string, number>;
}

export function createFigures(logs: Logs, clock: Clock): Figures {
  const now = (): Sample => ({
    at: clock.monotonic(),
    sizes: new Map(logs.all().map(({ name, writer }) => [name, writer.size()])),
  });
  const samples: Sample[] = [now()];

  const perSecond = (name: string, present: Sample): number => {
    const first = samples[0] as Sample;
    const seconds = (present.at - first.at) / 1000;
    const grown = (present.sizes.get(name) ?? 0) - (first.sizes.get(name) ?? 0);
    return seconds <= 0 ? 0 : grown / seconds;
  };

  return {
    sample() {
      const present = now();
      samples.push(present);
      // The first one kept is the last that is a whole window ago.
      while ((samples[1]?.at ?? Infinity) <= present.at - windowMs) samples.shift();
    },
    read(journalBytes) {
      const present = now();
      return {
        journalBytes,
        logs: logs.all().map((log) => ({
          name: log.name,
          size: log.writer.size(),
          bytes: log.entryBytes + tileBytesOf(log.writer.size()),
          perSecond: perSecond(log.name, present),
          lastCheckpointAt: log.publishedAt,
        })),
      };
    },
  };
}
