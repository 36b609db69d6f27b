import type { Labels } from '../../base/labels.ts';
import type { Matcher } from '../promql/types.ts';

/** Refs by label name and value. */
export interface Postings {
  /** Adds a series; gives its labels back with texts that all series share. */
  add(ref: number, labels: Labels): void;
  /** Takes series out, all at once, since each list that they are in is walked. */
  remove(gone: ReadonlyMap<number, Labels>): void;
  /**
   * The refs of which one matcher leaves the fewest, or `undefined` when no matcher asks for a label. The
   * matcher that it was is not to be asked again.
   */
  narrow(
    matchers: readonly Matcher[],
  ): { readonly refs: readonly number[]; readonly by: Matcher } | undefined;
  names(): Iterable<string>;
  values(name: string): Iterable<string>;
  /** The same text as every other series has it, so that it is held once. */
  shared(text: string): string;
}

const none: readonly number[] = [];

/** A series that lacks the label has it empty: only matchers that refuse that can be answered from postings. */
const wantsLabel = (matcher: Matcher): boolean => !matcher.matches('');

export function createPostings(): Postings {
  const index = new Map<string, Map<string, number[]>>();
  const texts = new Map<string, string>();

  const narrowRegular = (matcher: Matcher, fewest: number): readonly number[] | undefined => {
    const values = index.get(matcher.name);
    if (values === undefined) return none;
    // To ask about each value costs more than to ask about each series when there are more of them.
    if (values.size >= fewest) return undefined;
    const found: (readonly number[])[] = [];
    let size = 0;
    for (const [value, refs] of values) {
      if (!matcher.matches(value)) continue;
      found.push(refs);
      size += refs.length;
      if (size >= fewest) return undefined;
    }
    return found.length === 1 ? found[0] : found.flat();
  };

  return {
    add(ref, labels) {
      for (const name of Object.keys(labels)) {
        let values = index.get(name);
        if (values === undefined) {
          values = new Map();
          index.set(name, values);
        }
        const value = labels[name]!;
        const refs = values.get(value);
        if (refs === undefined) values.set(value, [ref]);
        else refs.push(ref);
      }
    },
    remove(gone) {
      const touched = new Map<string, Set<string>>();
      for (const labels of gone.values()) {
        for (const name of Object.keys(labels)) {
          let values = touched.get(name);
          if (values === undefined) {
            values = new Set();
            touched.set(name, values);
          }
          values.add(labels[name]!);
        }
      }
      for (const [name, values] of touched) {
        const byValue = index.get(name);
        if (byValue === undefined) continue;
        for (const value of values) {
          const left = byValue.get(value)?.filter((ref) => !gone.has(ref)) ?? [];
          if (left.length > 0) byValue.set(value, left);
          else {
            byValue.delete(value);
            texts.delete(value);
          }
        }
        if (byValue.size === 0) index.delete(name);
      }
    },
    narrow(matchers) {
      let best: { refs: readonly number[]; by: Matcher } | undefined;
      const wanting = matchers.filter(wantsLabel);
      for (const matcher of wanting) {
        if (matcher.operator !== '=') continue;
        const refs = index.get(matcher.name)?.get(matcher.value) ?? none;
        if (best === undefined || refs.length < best.refs.length) best = { refs, by: matcher };
      }
      for (const matcher of wanting) {
        if (matcher.operator === '=') continue;
        const refs = narrowRegular(matcher, best?.refs.length ?? Number.POSITIVE_INFINITY);
        if (refs !== undefined) best = { refs, by: matcher };
      }
      return best;
    },
    names: () => index.keys(),
    values: (name) => index.get(name)?.keys() ?? [],
    shared(text) {
      const known = texts.get(text);
      if (known !== undefined) return known;
      texts.set(text, text);
      return text;
    },
  };
}
