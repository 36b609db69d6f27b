import type { LogCategory, LogSeverity } from '@custos/contract';
import { RE2JS } from 're2js';
import { messageOf } from '../../../base/errors.ts';
import type { IncomingRecord } from '../../types.ts';

/** Puts records into a category; every condition that is given must hold. */
export interface CategoryRule {
  readonly category: LogCategory;
  /** Exact names; any of them. */
  readonly services?: readonly string[];
  /** Names of senders: tokens, syslog peers. */
  readonly sources?: readonly string[];
  readonly severities?: readonly LogSeverity[];
  /** RE2, anywhere in the message. */
  readonly message?: string;
  /** Field to RE2, which must match somewhere in its value; an empty pattern asks only that it is there. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Finds the category of a record whose sender gave none. */
export type Categorize = (record: IncomingRecord, sourceName: string) => LogCategory;

type Test = (record: IncomingRecord, sourceName: string) => boolean;

function pattern(text: string, where: string): (value: string) => boolean {
  try {
    const compiled = RE2JS.compile(text);
    return (value) => compiled.test(value);
  } catch (error) {
    throw new Error(`${where}: ${messageOf(error)}`, { cause: error });
  }
}

/** Compiles one rule; throws an `Error` that names the wrong pattern. */
export function compileCategoryRule(rule: CategoryRule): Test {
  const tests: Test[] = [];
  const { services, sources, severities, message, attributes = {} } = rule;
  if (services !== undefined) tests.push(({ service }) => services.includes(service));
  if (sources !== undefined) tests.push((_, name) => sources.includes(name));
  if (severities !== undefined) tests.push(({ severity }) => severities.includes(severity));
  for (const [field, text] of Object.entries(attributes)) {
    const matches = pattern(text, `attributes.${field}`);
    tests.push((record) => {
      const value = record.attributes[field];
      return value !== undefined && (text === '' || matches(value));
    });
  }
  if (message !== undefined) {
    const matches = pattern(message, 'message');
    tests.push((record) => matches(record.message));
  }
  if (tests.length === 0) throw new Error('A rule needs at least one condition.');
  return (record, sourceName) => tests.every((test) => test(record, sourceName));
}
