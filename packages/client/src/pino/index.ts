import { Writable } from 'node:stream';
import { settingsOf, type PinoTransportOptions } from './options.ts';
import { createLineSender, type LineSender } from './sender.ts';

export type { PinoTransportOptions } from './options.ts';

/**
 * A pino transport that sends log lines to Custos:
 *
 * ```ts
 * const logger = pino({ transport: { target: '@custos/client/pino', options: { url, token } } });
 * ```
 *
 * It runs in pino's worker thread. Lines go out in batches and are sent again until Custos has them on disk; a
 * line may arrive twice when an answer is lost. While Custos is away they wait in memory up to
 * `bufferBytes`; then the oldest are dropped, which the log itself says afterwards. At the end of the program
 * what waits is sent, for up to `closeTimeoutMs`; `process.exit()` and a kill do not wait for that.
 *
 * Throws a `TypeError` that names an option which is wrong.
 */
// pino loads a transport by its default export.
export default function custosTransport(options: PinoTransportOptions): Writable {
  const sender = createLineSender(settingsOf(options), (problem) => {
    process.emitWarning(problem, { type: 'CustosTransport' });
  });
  return new Writable({
    decodeStrings: false,
    defaultEncoding: 'utf8',
    write(chunk: string | Buffer, _encoding, done) {
      sender.write(typeof chunk === 'string' ? chunk : chunk.toString('utf8'));
      done();
    },
    final(done) {
      void end(sender, done);
    },
  });
}

async function end(sender: LineSender, done: (error?: Error) => void): Promise<void> {
  try {
    await sender.close();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done();
}
