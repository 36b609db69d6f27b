import type { LogSeverity } from '@custos/contract';
import { severityOfSyslog } from '../log-severity.ts';

/** RFC 5424, 6.2.1. */
const facilities = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'clock',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

export interface Priority {
  readonly severity: LogSeverity;
  readonly facility: string;
  /** Where the text behind it begins. */
  readonly end: number;
}

/** Reads `<PRI>`; what has none is user.notice (RFC 3164, 4.3.3). */
export function readPriority(text: string): Priority {
  const match = /^<(\d{1,3})>/.exec(text);
  const value = Number(match?.[1] ?? 13);
  if (match === null || value > 191) return { severity: 'info', facility: 'user', end: 0 };
  return {
    severity: severityOfSyslog(value % 8),
    facility: facilities[Math.floor(value / 8)]!,
    end: match[0].length,
  };
}
