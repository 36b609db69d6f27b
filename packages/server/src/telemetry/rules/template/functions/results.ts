import { TemplateFault } from '../fault.ts';
import { isList, isMap, type Value } from '../values.ts';
import { sampleAt, textAt, type TemplateFunction } from './function.ts';

const labelOf = (labels: Value, name: string): string => {
  const value = isMap(labels) && Object.hasOwn(labels, name) ? labels[name] : '';
  return typeof value === 'string' ? value : '';
};

function listAt(args: readonly Value[], index: number): readonly Value[] {
  const value = args[index]!;
  if (!isList(value)) throw new TemplateFault('wrong type for value; expected template.queryResult');
  return value;
}

/** Functions on the results of `query`. */
export const results: readonly (readonly [string, TemplateFunction])[] = [
  [
    'first',
    {
      arity: [1, 1],
      call(args) {
        const [first] = listAt(args, 0);
        if (first === undefined) throw new TemplateFault('first() called on vector with no elements');
        return first;
      },
    },
  ],
  ['label', { arity: [2, 2], call: (args) => labelOf(sampleAt(args, 1).labels, textAt(args, 0)) }],
  ['value', { arity: [1, 1], call: (args) => sampleAt(args, 0).value }],
  ['strvalue', { arity: [1, 1], call: (args) => labelOf(sampleAt(args, 0).labels, '__value__') }],
  [
    'sortByLabel',
    {
      arity: [2, 2],
      call(args) {
        const name = textAt(args, 0);
        const key = (sample: Value): string => labelOf(sampleAt([sample], 0).labels, name);
        return listAt(args, 1).toSorted((left, right) =>
          key(left) < key(right) ? -1 : key(left) > key(right) ? 1 : 0,
        );
      },
    },
  ],
];
