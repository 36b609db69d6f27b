import { personalDataClasses, type PersonalDataClass } from '@custos/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mask } from './mask.ts';

const cases: readonly [PersonalDataClass, string, string][] = [
  ['email', 'ada@example.com', 'a***@example.com'],
  ['email', '"odd@name"@example.com', '"***@example.com'],
  ['email', 'no address', '***'],
  ['name', 'Ada Lovelace', 'A*** L***'],
  ['name', 'Bo', '***'],
  ['name', '李明', '***'],
  ['name', '𝒜da K Lovelace', '𝒜*** *** L***'],
  ['phone', '+44 20 7946 0958', '+** ** **** **58'],
  ['phone', '0171-234 567', '****-*** *67'],
  ['phone', '110', '***'],
  ['phone', 'ask for 555-0100 at the desk', '***'],
  ['address', '10 Downing Street, London, United Kingdom', '***, United Kingdom'],
  ['address', 'Musterweg 1, 12345 Musterstadt', '***'],
  ['ip', '203.0.113.7', '203.0.x.x'],
  ['ip', '203.0.113.0/24', '203.0.x.x/24'],
  ['ip', '::ffff:203.0.113.7', '203.0.x.x'],
  ['ip', '2001:DB8:1::7', '2001:db8:x:x:x:x:x:x'],
  ['ip', '2001:db8::7', '2001:db8:x:x:x:x:x:x'],
  ['ip', 'fe80::1%eth0', 'fe80:0:x:x:x:x:x:x'],
  ['ip', '::1', '0:0:x:x:x:x:x:x'],
  ['ip', 'gateway', '***'],
  ['wallet', '0x52908400098527886E0F7030069857D2E4169EE7', '0x***9EE7'],
  ['wallet', 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', 'bc1***5mdq'],
  ['wallet', 'short', '***'],
  ['document', 'GB29 NWBK 6016 1331 9268 19', '***6819'],
  ['document', 'AB1234', '***34'],
  ['document', 'A12', '***'],
  ['free-text', 'Ada called about her payout', '[hidden]'],
];

test.each(cases)('a value of class %s: %s is shown as %s', (dataClass, value, shown) => {
  expect(mask(dataClass, value)).toBe(shown);
});

test('a masked value masked again stays what it is', () => {
  for (const [dataClass, , shown] of cases) expect(mask(dataClass, shown)).toBe(shown);
});

test('nothing stays nothing', () => {
  for (const dataClass of personalDataClasses) expect(mask(dataClass, '')).toBe('');
});

test('no mask shows a value of six characters or more, and none fails, whatever the value is', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...personalDataClasses),
      fc.string({ unit: 'binary', minLength: 6, maxLength: 80 }),
      (dataClass, value) => {
        const shown = mask(dataClass, value);
        // What is masked already is nobody's data any more.
        if (!value.includes('*') && !value.includes('x') && value !== '[hidden]') {
          expect(shown).not.toContain(value);
        }
      },
    ),
    { numRuns: 500 },
  );
});
