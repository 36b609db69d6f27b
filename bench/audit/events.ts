import { hash } from 'node:crypto';
import type { EventInput } from '../../packages/server/src/audit/events/envelope.ts';

/** Numbers that follow from a number and a purpose, so that every run has the same events. */
const roll = (number: number, purpose: string, below: number): number =>
  hash('sha256', `${purpose} ${number}`, 'buffer').readUInt32LE(0) % below;

const hex = (number: number, purpose: string, length: number): string =>
  hash('sha256', `${purpose} ${number}`, 'hex').slice(0, length);

const words =
  'order stock refund parcel voucher basket invoice courier archive window garden copper silver tunnel harbour lantern'.split(
    ' ',
  );

const sentence = (number: number, purpose: string): string =>
  Array.from(
    { length: 6 + roll(number, purpose, 10) },
    (_, place) => words[roll(number, `${purpose}${place}`, words.length)],
  ).join(' ');

const kinds: readonly ((number: number) => Pick<EventInput, 'type' | 'action' | 'details'>)[] = [
  (number) => ({
    type: 'application.act',
    action: 'order.refund',
    details: {
      order: hex(number, 'order', 16),
      lines: 1 + roll(number, 'lines', 9),
      note: sentence(number, 'note'),
    },
  }),
  (number) => ({
    type: 'application.act',
    action: 'basket.change',
    details: { basket: hex(number, 'basket', 16), sku: hex(number, 'sku', 8), note: sentence(number, 'why') },
  }),
  (number) => ({
    type: 'data.access',
    action: 'customer.search',
    details: {
      resource: 'customers',
      recordCount: roll(number, 'count', 500),
      purpose: sentence(number, 'purpose'),
    },
  }),
  (number) => ({
    type: 'transaction.record',
    action: 'order.pay',
    details: {
      transactionId: hex(number, 'transaction', 20),
      kind: 'payment',
      amount: `${roll(number, 'amount', 500)}.50`,
      currency: 'EUR',
      reference: sentence(number, 'reference'),
    },
  }),
];

/**
 * An event as a service sends it, without personal data; its leaf has about 540 bytes. Half of them go to the
 * general log, a quarter each to those of security and money.
 */
function sentEvent(number: number): EventInput {
  const kind = kinds[number % kinds.length] ?? kinds[0];
  if (kind === undefined) throw new Error('there are no kinds of events');
  return {
    ...kind(number),
    outcome: roll(number, 'outcome', 10) === 0 ? 'failed' : 'succeeded',
    actor: { type: 'user', id: `usr_${roll(number, 'actor', 5000)}` },
    target: { type: 'order', id: `ord_${hex(number, 'target', 12)}` },
    requestId: `req_${hex(number, 'request', 20)}`,
    traceId: hex(number, 'trace', 32),
  };
}

/** The same with a name and an address, which are sealed: two rows in the vault. */
export function personalEvent(number: number): EventInput {
  const event = sentEvent(number);
  return {
    ...event,
    actor: { ...event.actor, name: `Person ${roll(number, 'actor', 5000)}` },
    address: `203.0.113.${roll(number, 'address', 256)}`,
  };
}

/** So many events that going through them again and again does not favour anybody. */
export const eventCount = 20_000;

export const sentEvents = (): readonly EventInput[] =>
  Array.from({ length: eventCount }, (_, number) => sentEvent(number));
