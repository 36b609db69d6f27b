import { expect, test } from 'vitest';
import { createCatalogue } from './events/catalogue.ts';
import { ownType } from './events/own-type.ts';
import { createShownDetails } from './shown-details.ts';

const order = ownType({
  type: 'shop.order',
  title: 'Order',
  retention: 'general',
  fields: { product: { kind: 'text' }, note: { kind: 'text' } },
});
const shown = createShownDetails(createCatalogue([order]));
const of = (details: Record<string, unknown>, more: { type?: string; source?: string } = {}) =>
  shown({ type: 'application.act', source: 'shop', ...more, details }, false);

test('what a type leaves free is hidden where it is prose or named like a person, and masked by shape', () => {
  expect(
    of({
      order: 17,
      sku: 'AB-1/2',
      paid: true,
      customerName: 'Ada',
      phone: 442079460958,
      shipping: { street: '10 Downing Street', city: 'London', parts: ['x', 'Ada called'] },
      contact: 'ada@example.com',
      'bob@example.com': 'seen',
      remark: 'Ada called twice',
      account_id: 'acc_1',
      nothing: null,
    }).details,
  ).toEqual({
    order: 17,
    sku: 'AB-1/2',
    paid: true,
    customerName: '[hidden]',
    phone: '[hidden]',
    shipping: { street: '[hidden]', city: 'London', parts: ['x', '[hidden]'] },
    contact: 'a***@example.com',
    'b***@example.com': 'seen',
    remark: '[hidden]',
    account_id: 'acc_1',
    nothing: null,
  });
});

test('fields that a type names are of use and masked by shape; what is beside them is free', () => {
  const details = { product: 'a blue hat', note: 'to ada@example.com', extra: { remark: 'Ada called' } };
  expect(of(details, { type: 'shop.order' })).toEqual({
    details: { product: 'a blue hat', note: 'to a***@example.com', extra: { remark: '[hidden]' } },
    masked: true,
  });
});

test('own acts stay readable', () => {
  const details = {
    reason: 'the account is locked',
    resource: 'audit log',
    name: 'nightly',
    from: '203.0.113.7',
  };
  expect(of(details, { type: 'administration.act', source: 'custos' }).details).toEqual({
    ...details,
    from: '203.0.x.x',
  });
});

test('who may see personal data sees all, and what needs no masking counts as whole', () => {
  const details = { remark: 'Ada called' };
  const event = { type: 'application.act', source: 'shop', details };
  expect(shown(event, true)).toEqual({ details, masked: false });
  expect(of({ order: 17 }).masked).toBe(false);
  expect(of({}).masked).toBe(false);
  expect(of({ remark: 'Ada called' }, { type: 'unknown.of-a-later-version' }).masked).toBe(true);
});
