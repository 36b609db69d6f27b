import { RE2JS } from 're2js';
import { messageOf } from '../../../base/errors.ts';
import { markOf, type RedactionRule } from './types.ts';

/** A redaction rule that is written in the configuration. */
export interface OwnRule {
  /** Lower-case letters, digits and hyphens; it shows in the mark. */
  readonly name: string;
  /** RE2. What the first group matches is masked, or the whole match when there is none. */
  readonly pattern: string;
  /**
   * Texts of which one must be there, in any case, for the pattern to be tried. Without them it is tried on
   * every text, which costs many times as much.
   */
  readonly contains?: readonly string[];
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);

/** Compiles a rule; throws an `Error` that says what is wrong with its pattern or name. */
export function ownRule({ name, pattern, contains = [] }: OwnRule): RedactionRule {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    throw new Error(`"${name}" is no name of a rule: use lower-case letters, digits and hyphens.`);
  }
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    throw new Error(messageOf(error), { cause: error });
  }
  if (compiled.matcher('').matches()) throw new Error('The pattern matches the empty text, so everything.');
  const mark = markOf(name);
  const group = compiled.groupCount() > 0 ? 1 : 0;
  const literals = contains.filter((text) => text !== '');

  return {
    name,
    hint: literals.length === 0 ? '' : `(?i:${literals.map(escaped).join('|')})`,
    mask(text) {
      const matcher = compiled.matcher(text);
      let result = '';
      let from = 0;
      while (matcher.find()) {
        const start = matcher.start(group);
        const end = matcher.end(group);
        if (start < from || end <= start || text.slice(start, end) === mark) continue;
        result += text.slice(from, start) + mark;
        from = end;
      }
      return from === 0 ? text : result + text.slice(from);
    },
  };
}
