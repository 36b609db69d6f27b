import type { LedgerStatusView, Status } from '@custos/contract';
import { count } from '../../ui/format.ts';

/** The state of the ledger as a status and a sentence. */
export function ledgerSentence(ledger: LedgerStatusView): { readonly status: Status; readonly text: string } {
  switch (ledger.status) {
    case 'ok':
      return { status: 'up', text: 'The ledger is sound' };
    case 'degraded':
      return { status: 'degraded', text: 'The ledger is sound, and something around it is not' };
    case 'critical':
      return { status: 'down', text: 'The ledger needs someone now' };
  }
}

/** What stands beside the sentence: how much there is, and when all of it was last verified. */
export function ledgerAside({ logs, store, verification }: LedgerStatusView): readonly string[] {
  const entries = logs.reduce((sum, log) => sum + log.size, 0);
  return [
    `${count(entries, 'entry', 'entries')} in ${count(logs.length, 'log')}`,
    store === 'files' ? 'kept in files on this host' : 'kept in the database that the nodes share',
    verification === null
      ? 'not verified as a whole yet'
      : verification.state === 'running'
        ? 'being verified now'
        : verification.state === 'ok'
          ? 'the last verification found nothing wrong'
          : `the last verification found ${count(verification.findings.length, 'fault')}`,
  ];
}

/** How long a log keeps its entries: `2 years`, `90 days`, `for ever`. */
export function retentionWords(days: number | null): string {
  if (days === null) return 'for ever';
  const years = Math.round(days / 365.25);
  return years >= 1 && Math.abs(days - years * 365.25) <= 2 ? count(years, 'year') : count(days, 'day');
}

/** A rate of entries: `12/s`, `0.4/s`, `3/min`; calm where there is none. */
export function rateWords(perSecond: number): string {
  if (perSecond <= 0) return 'none now';
  if (perSecond >= 10) return `${Math.round(perSecond).toLocaleString('en')}/s`;
  if (perSecond >= 0.1) return `${perSecond.toFixed(1)}/s`;
  return `${Math.max(0.1, perSecond * 60).toFixed(1)}/min`;
}
