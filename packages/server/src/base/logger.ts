import pino from 'pino';
import { maskJson } from './mask-text.ts';

/** Structured log lines, one JSON object each. `child` adds fields to every line, such as the part's name. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Takes lines, each with its line break. */
export interface LogLines {
  write(line: string): void;
}

/** The process's own output, written before anything else happens, so that the last words are not lost. */
function outputOf(destination: 1 | 2): LogLines {
  return pino.destination({ dest: destination, sync: true });
}

/**
 * Creates the logger of the process. Values under names that hold secrets are never written, and personal
 * data that has a shape (e-mail and network addresses, phone numbers, wallets) is masked wherever it stands:
 * logs are read by people whom nobody has asked for a permission (OWASP ASVS 5.0, 16.2.5).
 */
export function createLogger(level: LogLevel, destination: 1 | 2 | LogLines = 2): Logger {
  const lines = typeof destination === 'number' ? outputOf(destination) : destination;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: [
          'password',
          'token',
          'secret',
          'authorization',
          'cookie',
          '*.password',
          '*.token',
          '*.secret',
          '*.authorization',
          '*.cookie',
        ],
        censor: '[redacted]',
      },
    },
    { write: (line: string) => lines.write(maskJson(line)) },
  );
}

/** A logger that says nothing, for tests and libraries. */
export const silentLogger: Logger = createLogger('silent');
