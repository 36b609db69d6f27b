import { once } from 'node:events';
import { startChild, type Child } from './child.ts';
import type { LogTarget } from './shop-log.ts';
import type { ShopMode, ShopOrder, ShopSettings } from './shop.ts';

/** What is wrong with the shop at present. */
export type Fault = ShopMode | 'dead';
export const faults = ['slow', 'errors', 'dead', 'disk'] as const satisfies readonly Fault[];

/** Longest that the shop is waited for when its log ends. */
const logCloseMs = 2000;

export interface Switches {
  fault(): Fault;
  /** Breaks the shop; `dead` ends its process without warning. */
  breakIt(fault: (typeof faults)[number]): Promise<void>;
  /** Takes back whatever was done, and starts the shop again if it is dead. */
  heal(): Promise<void>;
  /** From now on the shop sends its log there, also after it was dead; null ends that. */
  sendLog(target: LogTarget | null): Promise<void>;
  stop(): Promise<void>;
}

/** Waits until the shop says that its log is closed, or has had its time. */
async function lastLines({ process }: Child<object>): Promise<void> {
  await once(process, 'message', { signal: AbortSignal.timeout(logCloseMs) }).catch(() => undefined);
}

/** Starts the shop and gives the switches that break and mend it. */
export async function startShop(settings: ShopSettings): Promise<Switches> {
  const start = (): Promise<Child<object>> => startChild<object>('./shop.ts', settings);
  let shop = await start();
  let fault: Fault = 'healthy';
  let log: LogTarget | null = null;
  let last: Promise<void> = Promise.resolve();

  /** One after the other, since two people may press at once. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const revive = async (): Promise<void> => {
    if (shop.running()) return;
    shop = await start();
    tell('healthy', { log });
  };
  const tell = (mode: ShopMode, about: Pick<ShopOrder, 'log'> = {}): void => {
    shop.process.send({ mode, ...about } satisfies ShopOrder);
  };

  return {
    fault: () => (shop.running() ? fault : 'dead'),
    breakIt: (wanted) =>
      inTurn(async () => {
        fault = wanted;
        if (wanted === 'dead') {
          if (shop.running()) await shop.kill();
          return;
        }
        await revive();
        tell(wanted);
      }),
    heal: () =>
      inTurn(async () => {
        await revive();
        fault = 'healthy';
        tell('healthy');
      }),
    sendLog: (target) =>
      inTurn(async () => {
        log = target;
        if (!shop.running()) return;
        tell(fault === 'dead' ? 'healthy' : fault, { log });
        if (target === null) await lastLines(shop);
      }),
    stop: () => inTurn(() => shop.stop()),
  };
}
