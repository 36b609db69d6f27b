import {
  LineCounter,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  visit,
  type Document,
  type Node,
  type ParsedNode,
} from 'yaml';
import { messageOf } from '../../../base/errors.ts';
import { readDuration } from '../../promql/duration-text.ts';
import { isLabelName, isLegacyLabelName } from '../../promql/matcher.ts';
import { parseQuery } from '../../promql/syntax/parse.ts';
import { compileText, type CompiledText } from '../template/expand.ts';

/** What is wrong with a rule file, and where. */
export interface RuleFault {
  readonly line: number | null;
  readonly group: string;
  readonly rule: string;
  readonly message: string;
}

/** A rule as it stands in a file. */
export interface WrittenRule {
  readonly kind: 'alert' | 'record';
  readonly name: string;
  readonly expression: string;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly labels: ReadonlyMap<string, CompiledText>;
  readonly annotations: ReadonlyMap<string, CompiledText>;
}

export interface WrittenGroup {
  readonly name: string;
  /** Null when the file does not say. */
  readonly intervalMs: number | null;
  readonly queryOffsetMs: number;
  readonly limit: number;
  readonly rules: readonly WrittenRule[];
  /** This group alone, in the notation of rule files. */
  readonly source: string;
}

export interface RuleFile {
  /** Groups without their faulty rules; usable only when there are no faults. */
  readonly groups: readonly WrittenGroup[];
  readonly faults: readonly RuleFault[];
}

const fileFields = new Set(['groups', 'namespace']);
const groupFields = new Set([
  'name',
  'interval',
  'query_offset',
  'limit',
  'rules',
  'labels',
  'partial_response_strategy',
]);
const ruleFields = new Set(['record', 'alert', 'expr', 'for', 'keep_firing_for', 'labels', 'annotations']);

type Fields = ReadonlyMap<string, ParsedNode | null>;

/** Collects what is wrong, with the line of the node at fault. */
function createFinder(lines: LineCounter | null) {
  const faults: RuleFault[] = [];
  return {
    faults,
    at(place: { group: string; rule: string }) {
      return (node: Node | null | undefined, message: string): void => {
        const offset = node?.range?.[0];
        const line = offset === undefined || lines === null ? null : lines.linePos(offset).line;
        faults.push({ line, ...place, message });
      };
    },
  };
}
type Complain = (node: Node | null | undefined, message: string) => void;

function fieldsOf(node: Node | null | undefined, known: ReadonlySet<string>, complain: Complain): Fields {
  const fields = new Map<string, ParsedNode | null>();
  if (!isMap(node)) {
    complain(node, 'must be a mapping');
    return fields;
  }
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (known.has(name)) fields.set(name, value as ParsedNode | null);
    else complain(key as Node, `field ${name} is not known here; it takes ${[...known].join(', ')}`);
  }
  return fields;
}

/** True where nothing was written behind a name. */
const isEmpty = (node: ParsedNode | null | undefined): boolean =>
  node === null ||
  node === undefined ||
  (isScalar(node) && (node.value === '' || (node.type === 'PLAIN' && isNull(node.value))));

/** YAML's words for nothing. */
const isNull = (value: unknown): boolean => /^(?:~|null|Null|NULL)$/.test(String(value));

function textOf(node: ParsedNode | null | undefined, complain: Complain): string {
  if (node === null || node === undefined) return '';
  if (isScalar(node)) return typeof node.value === 'string' ? node.value : '';
  complain(node, 'must be a text');
  return '';
}

function durationOf(node: ParsedNode | null | undefined, complain: Complain): number | null {
  const text = isEmpty(node) ? '' : textOf(node, complain);
  if (text === '') return null;
  const ms = text === '0' ? 0 : readDuration(text);
  if (ms === undefined)
    complain(node, `not a valid duration string: ${JSON.stringify(text)}; write such as 5m or 1h30m`);
  return ms ?? null;
}

function textsOf(
  node: ParsedNode | null | undefined,
  complain: Complain,
  what: { kind: 'label' | 'annotation'; rule: string; templates: boolean },
): Map<string, CompiledText> {
  const texts = new Map<string, CompiledText>();
  if (isEmpty(node)) return texts;
  if (!isMap(node)) {
    complain(node, `${what.kind}s must be a mapping of names to texts`);
    return texts;
  }
  for (const { key, value } of node.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const valid =
      what.kind === 'label'
        ? isLabelName(name) && name !== '__name__'
        : isLegacyLabelName(name) || isLabelName(name);
    if (!valid) {
      complain(key as Node, `invalid ${what.kind} name: ${name}`);
      continue;
    }
    const source = textOf(value as ParsedNode | null, complain);
    try {
      texts.set(
        name,
        what.templates ? compileText(`__alert_${what.rule}`, source) : { source, template: null },
      );
    } catch (error) {
      complain(
        value as Node | null,
        `${what.kind} ${JSON.stringify(name)}: error parsing template ${messageOf(error)}`,
      );
    }
  }
  return texts;
}

function readRule(
  node: ParsedNode,
  finder: ReturnType<typeof createFinder>,
  group: string,
): WrittenRule | undefined {
  const before = finder.faults.length;
  const peek = (name: string): string => {
    const found: unknown = isMap(node) ? node.get(name) : undefined;
    return typeof found === 'string' ? found : '';
  };
  const name = peek('alert') || peek('record');
  const complain = finder.at({ group, rule: name });
  const fields = fieldsOf(node, ruleFields, complain);
  const record = textOf(fields.get('record'), complain);
  const alert = textOf(fields.get('alert'), complain);
  if (record !== '' && alert !== '') complain(node, "only one of 'record' and 'alert' must be set");
  if (record === '' && alert === '') complain(node, "one of 'record' or 'alert' must be set");

  const expression = textOf(fields.get('expr'), complain).trim();
  if (expression === '') complain(fields.get('expr') ?? node, "field 'expr' must be set in rule");
  else {
    try {
      const parsed = parseQuery(expression);
      if (parsed.kind === 'matrix-selector' || parsed.kind === 'subquery' || parsed.kind === 'string') {
        complain(fields.get('expr'), 'the expression must give an instant vector or a number');
      }
    } catch (error) {
      complain(fields.get('expr'), `could not parse expression: ${messageOf(error)}`);
    }
  }

  const kind = record === '' ? 'alert' : 'record';
  if (kind === 'record') {
    for (const field of ['annotations', 'for', 'keep_firing_for']) {
      const value = fields.get(field);
      if (value !== undefined && value !== null)
        complain(value, `invalid field '${field}' in recording rule`);
    }
    if (!isLabelName(record)) complain(fields.get('record'), `invalid recording rule name: ${record}`);
    // Any text may be a name; one with braces is mostly an expression that was put into the wrong field.
    else if (/[{}]/.test(record)) {
      complain(
        fields.get('record'),
        `braces present in the recording rule name; should it be in expr?: ${record}`,
      );
    }
  }
  const forMs = durationOf(fields.get('for'), complain) ?? 0;
  const keepFiringForMs = durationOf(fields.get('keep_firing_for'), complain) ?? 0;
  const templates = kind === 'alert';
  const labels = textsOf(fields.get('labels'), complain, { kind: 'label', rule: name, templates });
  const annotations = textsOf(fields.get('annotations'), complain, {
    kind: 'annotation',
    rule: name,
    templates,
  });
  if (finder.faults.length > before) return undefined;
  return { kind, name, expression, forMs, keepFiringForMs, labels, annotations };
}

function readGroup(node: ParsedNode, finder: ReturnType<typeof createFinder>, index: number): WrittenGroup {
  const found: unknown = isMap(node) ? node.get('name') : undefined;
  const name = typeof found === 'string' ? found : '';
  const complain = finder.at({ group: name === '' ? `${index + 1}` : name, rule: '' });
  const fields = fieldsOf(node, groupFields, complain);
  if (name === '') complain(node, 'Groupname must not be empty');
  const intervalMs = durationOf(fields.get('interval'), complain);
  if (intervalMs !== null && intervalMs < 1000) complain(fields.get('interval'), 'must be at least 1s');
  const limit = textOf(fields.get('limit'), complain);
  if (!/^\d{0,9}$/.test(limit)) complain(fields.get('limit'), 'must be a whole number');
  const shared = textsOf(fields.get('labels'), complain, { kind: 'label', rule: name, templates: true });
  const list = fields.get('rules');
  if (!isSeq(list) && !isEmpty(list)) complain(list, 'rules must be a list');
  const rules: WrittenRule[] = [];
  for (const item of isSeq(list) ? list.items : []) {
    const rule = readRule(item as ParsedNode, finder, name);
    if (rule !== undefined) rules.push({ ...rule, labels: new Map([...shared, ...rule.labels]) });
  }
  return {
    name,
    intervalMs,
    queryOffsetMs: durationOf(fields.get('query_offset'), complain) ?? 0,
    limit: Number(limit) || 0,
    rules,
    source: '',
  };
}

/** True when a document uses one text in several places, which its nodes then show only once. */
function hasAliases(document: Document.Parsed): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

const options = { schema: 'failsafe', merge: true, uniqueKeys: true } as const;
// What stands in several places is written out in each of them.
const written = { ...options, aliasDuplicateObjects: false } as const;

/**
 * Reads a rule file of Prometheus: every fault in it at once, each with its line.
 * Format: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/
 */
export function readRuleFile(text: string): RuleFile {
  const lines = new LineCounter();
  // Every scalar is a text: `for: 5m`, `expr: 1` and `severity: on` mean what is written.
  const document = parseDocument(text, { ...options, lineCounter: lines });
  const [error] = document.errors;
  const broken = (message: string, line: number | null): RuleFile => ({
    groups: [],
    faults: [{ line, group: '', rule: '', message: message.split('\n')[0] ?? '' }],
  });
  if (error !== undefined) return broken(error.message, lines.linePos(error.pos[0]).line);
  if (document.contents === null) return { groups: [], faults: [] };
  let plain: { groups?: unknown };
  try {
    // Refuses aliases that would grow beyond all bounds.
    plain = document.toJS({ maxAliasCount: 1000 }) as { groups?: unknown };
  } catch (failure) {
    return broken(messageOf(failure), null);
  }
  // With its aliases filled in, a file has other lines than the one that was written.
  const filled = hasAliases(document);
  const contents = filled ? parseDocument(stringify(plain, written), options).contents : document.contents;
  const finder = createFinder(filled ? null : lines);
  const complain = finder.at({ group: '', rule: '' });
  const list = fieldsOf(contents, fileFields, complain).get('groups');
  if (!isSeq(list) && !isEmpty(list)) complain(list, 'groups must be a list');
  const items = isSeq(list) ? list.items : [];
  const raw = Array.isArray(plain.groups) ? (plain.groups as unknown[]) : [];
  const groups = items.map((item, index) => ({
    ...readGroup(item as ParsedNode, finder, index),
    source: items.length === 1 ? text : stringify({ groups: [raw[index]] }, written),
  }));
  const names = new Set<string>();
  for (const [index, { name }] of groups.entries()) {
    if (name !== '' && names.has(name)) {
      finder.at({ group: name, rule: '' })(
        items[index] as Node,
        `groupname: "${name}" is repeated in the same file`,
      );
    }
    names.add(name);
  }
  return { groups, faults: finder.faults };
}
