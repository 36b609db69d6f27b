import { cardRule } from './card.ts';
import { emailRule } from './email.ts';
import { ibanRule } from './iban.ts';
import { ownRule, type OwnRule } from './own-rule.ts';
import { privateKeyRule } from './private-key.ts';
import { namesSecret, secretRule } from './secret.ts';
import { tokenRule } from './token.ts';
import { markOf, type RedactionRule } from './types.ts';

/** The order matters: what an earlier rule masked is no longer there for a later one. */
const builtIn: readonly RedactionRule[] = [
  privateKeyRule,
  tokenRule,
  secretRule,
  emailRule,
  ibanRule,
  cardRule,
];

const builtInNames: readonly string[] = builtIn.map(({ name }) => name);

export interface RedactionOptions {
  /** Names of built-in rules that are switched off. */
  readonly off?: readonly string[];
  readonly own?: readonly OwnRule[];
}

export interface Redacted {
  readonly text: string;
  /** Names of the rules that masked something. */
  readonly by: readonly string[];
}

export interface Redactor {
  /** The text with what may not be kept masked; undefined when there is nothing in it. */
  text(text: string): Redacted | undefined;
  /** As `text`, remembered: for names of fields, services and hosts, of which there are few. */
  name(text: string): Redacted | undefined;
  /** As `text`, for the value of a field, which may be a secret by the field's name alone. */
  value(field: string, value: string): Redacted | undefined;
}

/** Names that are remembered; when there are more, all are forgotten. */
const rememberedNames = 10_000;
/** What is masked may free what stood right beside it, so the rules are tried again, this often at most. */
const rounds = 5;
/** Nothing shorter holds any of the built-in kinds. */
const shortest = 5;

/** Compiles rules; throws an `Error` that names the wrong one. */
export function createRedactor(options: RedactionOptions = {}): Redactor {
  const off = new Set(options.off);
  for (const name of off) {
    if (!builtInNames.includes(name)) {
      throw new Error(`"${name}" is no built-in redaction rule; they are ${builtInNames.join(', ')}.`);
    }
  }
  const rules = [...(options.own ?? []).map(ownRule), ...builtIn.filter(({ name }) => !off.has(name))];
  const always = rules.filter(({ hint }) => hint === '');
  const hinted = rules.filter(({ hint }) => hint !== '');
  const any = new RegExp(hinted.map(({ hint }) => hint).join('|') || '(?!)');
  const secretsByName = !off.has(secretRule.name);
  const secretMark = markOf(secretRule.name);

  const apply = (text: string, candidates: readonly RedactionRule[]): Redacted | undefined => {
    let rest = text;
    const by: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const before = rest;
      for (const rule of candidates) {
        const masked = rule.mask(rest);
        if (masked === rest) continue;
        rest = masked;
        if (!by.includes(rule.name)) by.push(rule.name);
      }
      if (rest === before) break;
    }
    return by.length === 0 ? undefined : { text: rest, by };
  };

  const redact = (text: string): Redacted | undefined => {
    if (text.length >= shortest && any.test(text)) return apply(text, rules);
    return always.length === 0 ? undefined : apply(text, always);
  };

  const names = new Map<string, Redacted | undefined>();
  const secretNames = new Map<string, boolean>();
  const remembered = <Value>(known: Map<string, Value>, key: string, find: (key: string) => Value): Value => {
    const found = known.get(key);
    if (found !== undefined || known.has(key)) return found as Value;
    if (known.size >= rememberedNames) known.clear();
    const made = find(key);
    known.set(key, made);
    return made;
  };

  return {
    text: redact,
    name: (text) => remembered(names, text, redact),
    value(field, value) {
      if (
        secretsByName &&
        value !== '' &&
        value !== secretMark &&
        remembered(secretNames, field, namesSecret)
      )
        return { text: secretMark, by: [secretRule.name] };
      return redact(value);
    },
  };
}
