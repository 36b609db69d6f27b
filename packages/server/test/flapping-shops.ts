import { setTimeout as delay } from 'node:timers/promises';
import { startShop, type Shop } from './receivers.ts';

export interface FlappingShops {
  readonly shops: readonly Shop[];
  /** Ends the flapping; every shop answers well afterwards. */
  calm(): Promise<void>;
  /** Calm, and gone. */
  close(): Promise<void>;
}

export interface Flapping {
  readonly count: number;
  readonly random: () => number;
  /** Shortest and longest time in one condition, ms. */
  readonly phaseMs: readonly [number, number];
}

/** Starts services that fail and recover at random: by an error, or by not answering at all. */
export async function startFlappingShops({ count, random, phaseMs }: Flapping): Promise<FlappingShops> {
  const shops = await Promise.all(Array.from({ length: count }, () => startShop()));
  const end = new AbortController();
  const [shortest, longest] = phaseMs;

  async function flap(shop: Shop): Promise<void> {
    while (!end.signal.aborted) {
      await pause(shortest + random() * (longest - shortest), end.signal);
      if (end.signal.aborted) return;
      const dies = random() < 0.5;
      await (dies ? shop.kill() : shop.answer(500));
      await pause(shortest + random() * (longest - shortest), end.signal);
      await (dies ? shop.revive() : shop.answer(200));
    }
  }

  const flapping = shops.map(flap);
  const calm = async (): Promise<void> => {
    end.abort();
    await Promise.all(flapping);
  };
  return {
    shops,
    calm,
    async close() {
      await calm();
      await Promise.all(shops.map((shop) => shop.kill()));
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
