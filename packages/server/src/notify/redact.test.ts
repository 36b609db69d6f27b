import { expect, test } from 'vitest';
import { oneLine, redactor } from './redact.ts';

test('a secret is taken out as it is, encoded, and by the path of a secret address', () => {
  const redact = redactor(['https://hooks.slack.com/services/T1/B2/abcdefghij', 'p@ss word', '']);
  expect(redact('POST https://hooks.slack.com/services/T1/B2/abcdefghij failed')).toBe(
    'POST [redacted] failed',
  );
  expect(redact('no hook at /services/T1/B2/abcdefghij')).toBe('no hook at [redacted]');
  expect(redact('token abcdefghij unknown')).toBe('token [redacted] unknown');
  expect(redact(`login p@ss word or ${encodeURIComponent('p@ss word')}`)).toBe(
    'login [redacted] or [redacted]',
  );
  expect(redact(Buffer.from('p@ss word').toString('base64'))).toBe('[redacted]');
  expect(redact('nothing to hide')).toBe('nothing to hide');
});

test('answers of strangers become one bounded line', () => {
  expect(oneLine('a\r\nb\u0000\tc')).toBe('a b c');
  expect(oneLine('x'.repeat(500))).toHaveLength(200);
});
