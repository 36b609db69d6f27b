import type { Outcome } from '../events/types.ts';
import type { Dice } from './dice-fixture.ts';

/** What {@link variedLeaf} makes events of. */
export interface VariedKind {
  readonly type: string;
  readonly actions: readonly string[];
  readonly target: string;
  readonly prefix: string;
  /** Names in alphabetical order, as canonical JSON has them. */
  readonly details: (roll: Dice) => Readonly<Record<string, unknown>>;
}

export const builtInOutcomes: readonly Outcome[] = ['attempted', 'succeeded', 'failed', 'denied'];

const words =
  'order stock refund parcel voucher ledger basket invoice courier archive window garden copper silver tunnel harbour lantern meadow anchor valley timber canvas marble orchid saffron walnut'.split(
    ' ',
  );
const sentence = (roll: Dice): string =>
  Array.from({ length: 4 + Math.floor(roll.next() * 14) }, () => roll.pick(words)).join(' ');
const money = (roll: Dice): string => (roll.next() ** 2 * 5_000).toFixed(2);

export const variedKinds: readonly VariedKind[] = [
  {
    type: 'authentication.login',
    actions: ['session.open'],
    target: 'account',
    prefix: 'acc',
    details: (roll) => ({
      device: roll.pick(['ios', 'android', 'web']),
      method: roll.pick(['password', 'passkey']),
    }),
  },
  {
    type: 'data.access',
    actions: ['report.read', 'customer.read', 'customer.search'],
    target: 'table',
    prefix: 'tbl',
    details: (roll) => ({
      purpose: sentence(roll),
      recordCount: Math.floor(roll.next() ** 4 * 10_000),
      resource: roll.pick(words),
    }),
  },
  {
    type: 'access.violation',
    actions: ['order.refund', 'user.delete', 'setting.change'],
    target: 'resource',
    prefix: 'res',
    details: (roll) => ({
      permission: `${roll.pick(words)}:write`,
      reason: sentence(roll),
      resource: roll.pick(words),
    }),
  },
  {
    type: 'transaction.posted',
    actions: ['order.pay', 'order.refund', 'payout.send'],
    target: 'order',
    prefix: 'ord',
    details: (roll) => ({
      amount: money(roll),
      currency: roll.pick(['EUR', 'USD', 'GBP', 'CHF']),
      extra: {
        items: Array.from({ length: 1 + Math.floor(roll.next() * 4) }, () => ({
          price: money(roll),
          sku: roll.hex(8),
        })),
      },
      reference: roll.hex(16),
    }),
  },
  {
    type: 'configuration.change',
    actions: ['setting.change', 'probe.delete', 'rule.edit'],
    target: 'setting',
    prefix: 'set',
    details: (roll) => ({
      after: sentence(roll),
      before: sentence(roll),
      setting: `${roll.pick(words)}.${roll.pick(words)}`,
    }),
  },
  {
    type: 'consent.changed',
    actions: ['consent.give', 'consent.withdraw'],
    target: 'user',
    prefix: 'usr',
    details: (roll) => ({
      given: roll.next() < 0.5,
      purpose: roll.pick(words),
      version: `2025-0${1 + Math.floor(roll.next() * 9)}`,
    }),
  },
];
