/** One kind of thing that may not be kept in a log, such as card numbers. */
export interface RedactionRule {
  /** What stands in the text instead: `[masked:NAME]`. */
  readonly name: string;
  /**
   * Source of a regular expression without flags. A text in which it finds nothing holds nothing of this
   * kind; all hints together are tried once per text, so they must be quick and need not be exact.
   */
  readonly hint: string;
  /** The text with everything of this kind masked; the same text when there is nothing. */
  mask(text: string): string;
}

/** What stands in the place of something masked. */
export function markOf(name: string): string {
  return `[masked:${name}]`;
}
