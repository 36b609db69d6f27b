import { TemplateFault } from '../fault.ts';
import { formatText } from '../format-text.ts';
import { isList, isMap, Whole, writeValue, type Value } from '../values.ts';
import { queryEscape, textAt, type TemplateFunction } from './function.ts';

/** Go puts spaces between operands of `print` only where neither is a text. */
function printed(args: readonly Value[]): string {
  let text = '';
  for (const [index, value] of args.entries()) {
    if (index > 0 && typeof value !== 'string' && typeof args[index - 1] !== 'string') text += ' ';
    text += writeValue(value);
  }
  return text;
}

function lengthOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (isList(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw new TemplateFault(`len of type that has none`);
}

function indexed(value: Value, key: Value): Value {
  if (isList(value)) {
    const at = key instanceof Whole ? key.value : Number.NaN;
    const item = value[at];
    if (item === undefined) throw new TemplateFault(`index out of range: ${writeValue(key)}`);
    return item;
  }
  if (!isMap(value)) throw new TemplateFault(`can't index item of type ${writeValue(value)}`);
  const name = textAt([key], 0);
  return Object.hasOwn(value, name) ? value[name]! : '';
}

function sliced(value: Value, bounds: readonly Value[]): Value {
  const [from, to] = bounds.map((bound) => (bound instanceof Whole ? bound.value : Number.NaN));
  const length = lengthOf(value);
  const start = from ?? 0;
  const end = to ?? length;
  if (!(start >= 0 && start <= end && end <= length)) throw new TemplateFault('slice index out of range');
  if (isList(value)) return value.slice(start, end);
  if (typeof value === 'string') return Buffer.from(value).subarray(start, end).toString('utf8');
  throw new TemplateFault("can't slice item");
}

const html: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\uFFFD',
};

/** As Go's `template.JSEscape`. */
const escapedForScript = (one: string): string =>
  ['\\', "'", '"'].includes(one)
    ? `\\${one}`
    : `\\u${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Functions that Go's text/template brings along. */
export const builtIns: readonly (readonly [string, TemplateFunction])[] = [
  ['len', { arity: [1, 1], call: ([value]) => new Whole(lengthOf(value!)) }],
  ['index', { arity: [1, Infinity], call: ([value, ...keys]) => keys.reduce(indexed, value!) }],
  ['slice', { arity: [1, 3], call: ([value, ...bounds]) => sliced(value!, bounds) }],
  ['print', { arity: [0, Infinity], call: printed }],
  ['println', { arity: [0, Infinity], call: (args) => `${args.map(writeValue).join(' ')}\n` }],
  ['printf', { arity: [1, Infinity], call: (args) => formatText(textAt(args, 0), args.slice(1)) }],
  [
    'html',
    {
      arity: [1, Infinity],
      call: (args) => printed(args).replaceAll(/["'&<>\0]/g, (one) => html[one] ?? ''),
    },
  ],
  ['urlquery', { arity: [1, Infinity], call: (args) => queryEscape(printed(args)) }],
  [
    'js',
    {
      arity: [1, Infinity],
      call: (args) => printed(args).replaceAll(/[\\'"<>&=\p{Cc}]/gu, escapedForScript),
    },
  ],
];
