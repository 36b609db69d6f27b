import { RE2JS } from 're2js';
import { messageOf } from '../../base/errors.ts';
import { literalPrefix, simplePattern } from './simple-pattern.ts';

/** A pattern of RE2 that must cover the whole text, as Prometheus anchors every regular expression. */
export interface AnchoredPattern {
  matches(text: string): boolean;
  /** The template with `$1`, `${1}`, `$name` filled in, or `undefined` when the text does not match. */
  replace(text: string, template: string): string | undefined;
}

/** Compiles a pattern; the dot also matches a newline. Throws an `Error` that says what is wrong. */
export function compileAnchored(pattern: string): AnchoredPattern {
  let compiled: RE2JS;
  try {
    // Alone first: `a)(b` is no pattern and would become one inside the group.
    RE2JS.compile(pattern);
    compiled = RE2JS.compile(`^(?s:${pattern})$`);
  } catch (error) {
    throw new Error(messageOf(error), { cause: error });
  }
  // The same few values come again for every series: remembering them costs less than matching.
  const known = new Map<string, boolean>();
  const simple = simplePattern(pattern);
  const prefix = literalPrefix(pattern);
  return {
    matches(text) {
      if (simple !== undefined) return simple(text);
      if (!text.startsWith(prefix)) return false;
      let answer = known.get(text);
      if (answer === undefined) {
        answer = compiled.testExact(text);
        if (known.size < 10_000) known.set(text, answer);
      }
      return answer;
    },
    replace(text, template) {
      const matcher = compiled.matcher(text);
      return matcher.matches() ? expand(template, compiled, matcher) : undefined;
    },
  };
}

/** The text with every match replaced by the template (Go's `Regexp.ReplaceAllString`). Throws as RE2JS does. */
export function replaceEvery(pattern: string, text: string, template: string): string {
  const compiled = RE2JS.compile(pattern);
  const matcher = compiled.matcher(text);
  let written = '';
  let end = -1;
  while (matcher.find()) {
    // What matches nothing right behind a match is passed over.
    if (matcher.start() === matcher.end() && matcher.start() === end) continue;
    written += text.slice(Math.max(end, 0), matcher.start()) + expand(template, compiled, matcher);
    end = matcher.end();
  }
  return written + text.slice(Math.max(end, 0));
}

/** Go's `Regexp.Expand`: the longest run of letters, digits and underscores after `$` is the name. */
function expand(template: string, pattern: RE2JS, matcher: ReturnType<RE2JS['matcher']>): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return '$';
    const index = /^\d+$/.test(name) ? Number(name) : pattern.namedGroups()[name];
    return index === undefined || index > pattern.groupCount() ? '' : (matcher.group(index) ?? '');
  });
}
