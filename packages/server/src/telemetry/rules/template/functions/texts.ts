import { RE2JS } from 're2js';
import { messageOf } from '../../../../base/errors.ts';
import { replaceEvery } from '../../../promql/regular-expression.ts';
import { TemplateFault } from '../fault.ts';
import type { Value } from '../values.ts';
import { queryEscape, textAt, type TemplateFunction } from './function.ts';

function withPattern<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new TemplateFault(`error parsing regexp: ${messageOf(error)}`);
  }
}

const ofText = (change: (text: string) => string): TemplateFunction => ({
  arity: [1, 1],
  call: (args) => change(textAt(args, 0)),
});

const withoutPort = (address: string): string =>
  /^(?:\[([^\]]*)\]|([^:]*)):[^:]*$/.exec(address)?.slice(1).find(Boolean) ?? address;

/** A host name without its domain; addresses stay whole. */
function withoutDomain(address: string): string {
  const port = /:\d+$/.exec(address)?.[0] ?? '';
  const host = withoutPort(address);
  if (/^[\d.]+$/.test(host) || host.includes(':')) return address;
  return (host.split('.')[0] ?? '') + port;
}

const linkOf =
  (tab: number) =>
  (expression: string): string =>
    `/graph?g0.expr=${queryEscape(expression)}&g0.tab=${tab}`;

/** Functions on texts. */
export const textFunctions: readonly (readonly [string, TemplateFunction])[] = [
  // Go's strings.Title: the first letter of each word; the rest stays.
  [
    'title',
    ofText((text) =>
      text.replaceAll(
        /(^|[^\p{L}\p{N}_'])(\p{Ll})/gu,
        (_all, before: string, letter: string) => before + letter.toUpperCase(),
      ),
    ),
  ],
  ['toUpper', ofText((text) => text.toUpperCase())],
  ['toLower', ofText((text) => text.toLowerCase())],
  ['safeHtml', ofText((text) => text)],
  ['stripPort', ofText(withoutPort)],
  ['stripDomain', ofText(withoutDomain)],
  ['graphLink', ofText(linkOf(0))],
  ['tableLink', ofText(linkOf(1))],
  ['urlQueryEscape', ofText(queryEscape)],
  [
    'match',
    {
      arity: [2, 2],
      call: (args) => withPattern(() => RE2JS.compile(textAt(args, 0)).matcher(textAt(args, 1)).find()),
    },
  ],
  [
    'reReplaceAll',
    {
      arity: [3, 3],
      call: (args) => withPattern(() => replaceEvery(textAt(args, 0), textAt(args, 2), textAt(args, 1))),
    },
  ],
  [
    'args',
    {
      arity: [0, Infinity],
      call: (args) => Object.fromEntries(args.map((value, index): [string, Value] => [`arg${index}`, value])),
    },
  ],
];
