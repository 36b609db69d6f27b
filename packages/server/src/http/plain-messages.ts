import type { z } from 'zod';

const types: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  date: 'a date',
};
const units: Readonly<Record<string, readonly [string, string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
};
const formats: Readonly<Record<string, string>> = {
  email: 'an e-mail address such as ada@example.com',
  url: 'an address such as https://example.com/',
  datetime: 'a time such as 2026-11-21T08:00:00Z',
  date: 'a date such as 2026-11-21',
  uuid: 'a UUID',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
};

function count(amount: number | bigint, origin: string): string {
  const unit = units[origin];
  if (unit === undefined) return String(amount);
  return `${amount} ${Number(amount) === 1 ? unit[0] : unit[1]}`;
}

function choices(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(', ');
}

/**
 * Says what would be right, in words that fit behind a field's name ("options.url must be ..."). Schemas
 * that bring their own message keep it.
 */
export function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${types[issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return issue.inclusive === false
        ? `must be more than ${count(issue.minimum, issue.origin)}`
        : `must be at least ${count(issue.minimum, issue.origin)}`;
    case 'too_big':
      return issue.inclusive === false
        ? `must be less than ${count(issue.maximum, issue.origin)}`
        : `must be at most ${count(issue.maximum, issue.origin)}`;
    case 'invalid_value':
      if (issue.input === undefined) return 'is required';
      return issue.values.length === 1
        ? `must be ${choices(issue.values)}`
        : `must be one of ${choices(issue.values)}`;
    case 'invalid_format':
      return formats[issue.format] === undefined ? 'has the wrong form' : `must be ${formats[issue.format]}`;
    case 'unrecognized_keys':
      return `does not know ${issue.keys.join(', ')}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_key':
      return 'has a key of the wrong form';
    case 'invalid_union':
      return issue.input === undefined ? 'is required' : 'has none of the forms that are taken here';
    case 'invalid_element':
    case 'custom':
      return 'is not valid';
    default:
      return undefined;
  }
}
