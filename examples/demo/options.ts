import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';

export interface DemoOptions {
  /** Preferred port of Custos; the shop and its page have those 100 and 101 above. 0 takes free ones. */
  readonly port: number;
  readonly dataDirectory: string;
  /** Begin with an empty data directory. */
  readonly fresh: boolean;
  /** Run the scripted outage. */
  readonly break: boolean;
}

export const help = `npm run demo -- [options]

  --break        run an outage from start to end and say what happens
  --fresh        wipe the data directory first: new account, new history
  --port <n>     preferred port of Custos (default 4600; 0 takes free ports everywhere)
  --data <dir>   data directory (default examples/demo/data)
  --help         show this`;

/** Reads the command line; undefined when help was asked for. Raises on what it does not know. */
export function readOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '4600' },
      data: { type: 'string', default: fileURLToPath(new URL('data', import.meta.url)) },
      fresh: { type: 'boolean', default: false },
      break: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_000) {
    throw new Error(`--port must be a whole number from 0 to 65000 (it is ${values.port})`);
  }
  return { port, dataDirectory: resolve(values.data), fresh: values.fresh, break: values.break };
}
