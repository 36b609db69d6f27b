import type { LogSeverity } from '@custos/contract';

const words: ReadonlyMap<string, LogSeverity> = new Map<string, LogSeverity>(
  Object.entries({
    trace: 'trace',
    verbose: 'trace',
    silly: 'trace',
    finest: 'trace',
    finer: 'trace',
    debug: 'debug',
    dbug: 'debug',
    dbg: 'debug',
    fine: 'debug',
    info: 'info',
    information: 'info',
    informational: 'info',
    inf: 'info',
    notice: 'info',
    http: 'info',
    log: 'info',
    warn: 'warn',
    warning: 'warn',
    wrn: 'warn',
    error: 'error',
    err: 'error',
    eror: 'error',
    severe: 'error',
    fatal: 'fatal',
    critical: 'fatal',
    crit: 'fatal',
    alert: 'fatal',
    emerg: 'fatal',
    emergency: 'fatal',
    panic: 'fatal',
  } as const),
);

/** The severity that a word of a common logger means; undefined for an unknown word. */
export function severityOfWord(word: string): LogSeverity | undefined {
  return words.get(word) ?? words.get(word.toLowerCase());
}

/** RFC 5424, 6.2.1: 0 is an emergency, 7 debug. */
export function severityOfSyslog(level: number): LogSeverity {
  if (level <= 2) return 'fatal';
  if (level === 3) return 'error';
  if (level === 4) return 'warn';
  return level <= 6 ? 'info' : 'debug';
}

/**
 * The severity that a number means: 10 to 60 and what lies between as pino and bunyan count, 0 to 7 as
 * syslog and GELF do.
 */
export function severityOfNumber(level: number): LogSeverity | undefined {
  if (!Number.isFinite(level) || level < 0) return undefined;
  if (level < 8) return severityOfSyslog(Math.floor(level));
  if (level < 20) return 'trace';
  if (level < 30) return 'debug';
  if (level < 40) return 'info';
  if (level < 50) return 'warn';
  return level < 60 ? 'error' : 'fatal';
}

const marked =
  /(?:^|[\s{,;[(])(?:level|lvl|severity)["']?\s?[=:]\s?["']?([A-Za-z]{3,13})|^\W{0,40}(?:[\d:.,TZ+-]+\W+){0,4}(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|FATAL|CRIT(?:ICAL)?|EMERG|PANIC)\b/;

/** The severity that a line of text says itself, as in `level=error` or `[WARN] ...`. */
export function severityInText(line: string): LogSeverity | undefined {
  const match = marked.exec(line.length > 300 ? line.slice(0, 300) : line);
  const word = match?.[1] ?? match?.[2];
  return word === undefined ? undefined : severityOfWord(word);
}
