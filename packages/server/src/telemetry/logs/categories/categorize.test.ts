import type { LogCategory, LogSeverity } from '@custos/contract';
import { describe, expect, test } from 'vitest';
import type { IncomingRecord } from '../../types.ts';
import { createCategorize } from './categorize.ts';

const record = (message: string, more: Partial<IncomingRecord> = {}): IncomingRecord => ({
  timeMs: 0,
  severity: 'info',
  service: 'shop',
  host: 'web-1',
  traceId: '',
  spanId: '',
  message,
  attributes: {},
  ...more,
});
const builtIn = createCategorize();
const of = (message: string, more?: Partial<IncomingRecord>): LogCategory =>
  builtIn(record(message, more), 'token');

describe('without rules of the configuration', () => {
  test.each<[string, LogCategory]>([
    ['User 17 logged in from 203.0.113.9', 'security'],
    ['Failed password for root: authentication failure', 'security'],
    ['admin action: user list exported', 'security'],
    ['suspicious address 198.51.100.4', 'security'],
    ['session expired for user 4', 'security'],
    ['access denied to /admin', 'security'],
    ['payment 77 captured', 'application'],
    ['new registration: customer 4', 'application'],
    ['draw 12 has 4,000 tickets', 'application'],
    ['something else altogether', 'application'],
    ['slow query: SELECT 1', 'performance'],
    ['GET /orders completed with 200 in 12 ms', 'performance'],
    ['cache miss for key a', 'performance'],
    ['transaction 5 completed', 'audit'],
    ['balance of 5 changed', 'audit'],
    ['draw 12 closed', 'audit'],
    ['user 5 suspended', 'audit'],
    ['configuration updated', 'audit'],
    ['transaction rolled back after deadlock', 'application'],
  ])('"%s" is %s', (message, category) => {
    expect(of(message)).toBe(category);
  });

  test.each<[LogSeverity, LogCategory]>([
    ['trace', 'debug'],
    ['debug', 'debug'],
    ['error', 'application'],
    ['fatal', 'application'],
  ])('severity %s leads to %s', (severity, category) => {
    expect(of('slow query', { severity })).toBe(category);
  });

  test('an error that is about a login is security', () => {
    expect(of('login failed', { severity: 'error' })).toBe('security');
  });

  test.each<[Record<string, string>, LogCategory]>([
    [{ 'event.category': 'authentication' }, 'security'],
    [{ 'event.category': 'configuration' }, 'audit'],
    [{ event: 'user.login' }, 'security'],
    [{ event: 'payment.captured' }, 'application'],
    [{ 'event.name': 'balance.changed' }, 'audit'],
    [{ action: 'cache.evicted' }, 'performance'],
    [{ responseTime: '12' }, 'performance'],
    [{ category: 'audit' }, 'audit'],
    [{ category: 'something' }, 'application'],
  ])('fields %o say what it is', (attributes, category) => {
    expect(of('done', { attributes })).toBe(category);
  });
});

describe('with rules of the configuration', () => {
  const categorize = createCategorize([
    { category: 'performance', services: ['gateway'], severities: ['info'] },
    { category: 'security', sources: ['firewall'] },
    { category: 'audit', attributes: { 'payment.id': '' }, message: '(?i)CAPTURED$' },
    { category: 'debug', attributes: { 'http.path': '^/healthz' } },
  ]);
  const at = (message: string, more: Partial<IncomingRecord> = {}, source = 'token'): LogCategory =>
    categorize(record(message, more), source);

  test('the first rule that fits decides, and every condition of it must hold', () => {
    expect(at('x', { service: 'gateway' })).toBe('performance');
    expect(at('x', { service: 'gateway', severity: 'warn' })).toBe('application');
    expect(at('x', {}, 'firewall')).toBe('security');
    expect(at('payment captured', { attributes: { 'payment.id': '1' } })).toBe('audit');
    expect(at('payment captured')).toBe('application');
    expect(at('x', { attributes: { 'http.path': '/healthz?a' } })).toBe('debug');
  });

  test('the sender has the first word', () => {
    expect(at('x', { category: 'application' }, 'firewall')).toBe('application');
    expect(at('x', { attributes: { 'log.category': 'performance' } }, 'firewall')).toBe('performance');
  });

  test('a wrong rule is refused by its number', () => {
    expect(() => createCategorize([{ category: 'audit', message: '(' }])).toThrow(/rule 1: message/);
    expect(() => createCategorize([{ category: 'audit' }])).toThrow('at least one condition');
  });
});
