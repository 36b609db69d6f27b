import type { LogSeverity } from '@custos/contract';

/** Severities with their colours, the most severe first. */
export const severityColours: Readonly<Record<LogSeverity, string>> = {
  fatal: 'var(--blocked-mark)',
  error: 'var(--down-mark)',
  warn: 'var(--degraded-mark)',
  info: 'var(--accent)',
  debug: 'var(--idle-mark)',
  trace: 'var(--line-strong)',
};

export const severityNames = Object.keys(severityColours) as readonly LogSeverity[];
