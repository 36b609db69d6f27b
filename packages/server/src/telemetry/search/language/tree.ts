import type { LogCategory, LogSeverity } from '@custos/contract';

/**
 * A search as a tree. It is turned into conditions for columns (`to-sql.ts`) and into a test of records in
 * memory (`to-test.ts`); both say the same of every record.
 */
export type Search =
  | { readonly kind: 'all' }
  | { readonly kind: 'and'; readonly terms: readonly Search[] }
  | { readonly kind: 'or'; readonly terms: readonly Search[] }
  | { readonly kind: 'not'; readonly term: Search }
  | Leaf;

/** A column that holds text. */
export type TextColumn = 'service' | 'host' | 'trace_id' | 'span_id' | 'message';

/** Where a value stands. An attribute that a record does not have is as if it were empty. */
export type Place =
  | { readonly kind: 'column'; readonly column: TextColumn }
  | { readonly kind: 'attribute'; readonly name: string };

/** What is asked of a text. */
export type TextTest =
  | { readonly kind: 'equals'; readonly text: string }
  /** Somewhere in it, whatever the case of its letters. */
  | { readonly kind: 'holds'; readonly text: string }
  /** A pattern of RE2, found anywhere unless it is anchored; the dot matches every character. */
  | { readonly kind: 'pattern'; readonly pattern: string };

export type Leaf =
  /** Free text: in the message or in the value of an attribute. */
  | { readonly kind: 'text'; readonly test: TextTest }
  | { readonly kind: 'value'; readonly of: Place; readonly test: TextTest }
  | { readonly kind: 'number'; readonly of: Place; readonly span: NumberSpan }
  | { readonly kind: 'exists'; readonly of: Place }
  | { readonly kind: 'severity'; readonly oneOf: readonly LogSeverity[] }
  | { readonly kind: 'category'; readonly oneOf: readonly LogCategory[] }
  /** Milliseconds since the epoch: from `from` on, before `to`; null is without a bound. */
  | { readonly kind: 'time'; readonly from: number | null; readonly to: number | null }
  /** A redaction rule of this name masked something in it; any rule when empty. */
  | { readonly kind: 'masked'; readonly rule: string };

export interface NumberSpan {
  readonly min: number | null;
  readonly minInclusive: boolean;
  readonly max: number | null;
  readonly maxInclusive: boolean;
}
