import custosTransport from '../../packages/client/src/pino/index.ts';

/** Where the log goes. */
export interface LogTarget {
  readonly url: string;
  readonly token: string;
}

type Fields = Readonly<Record<string, string | number>>;

/** The shop's log, in the lines that pino writes and through the transport that pino would use. */
export interface ShopLog {
  debug(msg: string, fields?: Fields): void;
  info(msg: string, fields?: Fields): void;
  warn(msg: string, fields?: Fields): void;
  error(msg: string, fields?: Fields): void;
  /** Lines before the first call are kept nowhere. */
  sendTo(target: LogTarget): void;
  /** Sends what waits, and keeps no more lines. */
  close(): Promise<void>;
}

export function createShopLog(): ShopLog {
  let transport: ReturnType<typeof custosTransport> | undefined;
  const at =
    (level: number) =>
    (msg: string, fields: Fields = {}): void => {
      const line = { level, time: Date.now(), hostname: 'harbour-1', msg, ...fields };
      transport?.write(`${JSON.stringify(line)}\n`);
    };
  return {
    debug: at(20),
    info: at(30),
    warn: at(40),
    error: at(50),
    sendTo(target) {
      transport?.end();
      transport = custosTransport({ ...target, service: 'shop', closeTimeoutMs: 1_000 });
    },
    async close() {
      const last = transport;
      transport = undefined;
      if (last !== undefined) await new Promise<void>((resolve) => last.end(resolve));
    },
  };
}
