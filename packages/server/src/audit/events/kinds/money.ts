import { z } from 'zod';
import { amount, currency, detailsOf, present, shortText, type EventType } from '../event-type.ts';

const api = (activity: number) => ({ class: 6003, activity }) as const;

/** Acts that move money or decide about it. Kept for ever. */
export const moneyTypes: readonly EventType[] = [
  {
    type: 'transaction.record',
    category: 'transaction',
    title: 'Transaction',
    retention: 'financial',
    severity: 'info',
    details: detailsOf({
      transactionId: shortText,
      kind: z.enum([
        'payment',
        'payout',
        'refund',
        'transfer',
        'fee',
        'deposit',
        'withdrawal',
        'reversal',
        'other',
      ]),
      amount,
      currency,
      /** An account number or card; sealed. */
      account: shortText.optional(),
      counterparty: shortText.optional(),
      reference: shortText.optional(),
    }),
    sensitive: { 'details.account': 'actor', 'details.counterparty': 'target' },
    ocsf: api(1),
    ecs: { category: ['database'], type: ['creation'] },
  },
  {
    type: 'balance.change',
    category: 'balance change',
    title: 'Balance changed',
    retention: 'financial',
    severity: 'info',
    details: detailsOf({
      accountId: shortText,
      before: amount,
      after: amount,
      currency,
      transactionId: shortText.optional(),
      reason: shortText.optional(),
    }),
    ocsf: api(3),
    ecs: { category: ['database'], type: ['change'] },
  },
  {
    type: 'draw.result-change',
    category: 'draw result change',
    title: 'Result of a draw set or changed',
    retention: 'financial',
    severity: 'high',
    details: detailsOf({
      drawId: shortText,
      before: z.unknown().optional(),
      after: present,
      reason: shortText.optional(),
    }),
    ocsf: api(3),
    ecs: { category: ['database'], type: ['change'] },
  },
];
