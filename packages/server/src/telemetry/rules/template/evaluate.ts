import { TemplateFault } from './fault.ts';
import { comparisons } from './functions/comparisons.ts';
import { builtIns } from './functions/built-ins.ts';
import type { TemplateFunction } from './functions/function.ts';
import { humanizing } from './functions/humanizing.ts';
import { results } from './functions/results.ts';
import { textFunctions } from './functions/texts.ts';
import { times } from './functions/times.ts';
import type { Command, Node, Operand, Pipeline, Template } from './nodes.ts';
import {
  Instant,
  instantPart,
  isList,
  isMap,
  isTrue,
  nothing,
  typeName,
  Whole,
  writeValue,
  type QuerySample,
  type Value,
} from './values.ts';

const functions: ReadonlyMap<string, TemplateFunction> = new Map([
  ...builtIns,
  ...comparisons,
  ...humanizing,
  ...results,
  ...textFunctions,
  ...times,
]);

/** True for every function that a template may call. */
export const isFunction = (name: string): boolean =>
  functions.has(name) || ['and', 'or', 'query', 'tmpl', 'externalURL', 'pathPrefix', 'now'].includes(name);

/** What a template sees besides itself. */
export interface TemplateWorld {
  /** `.`: `Labels`, `ExternalLabels`, `ExternalURL` and `Value`. */
  readonly data: { readonly [name: string]: Value };
  readonly externalUrl: string;
  readonly nowMs: number;
  /** The answer of a query; it may throw. */
  query(text: string): readonly QuerySample[];
}

/** The most characters that one template may write. */
const longest = 100_000;
/** The most steps that one template may take. */
const steps = 100_000;

class LoopEnd extends Error {
  readonly kind: 'break' | 'continue';
  constructor(kind: 'break' | 'continue') {
    super(kind);
    this.kind = kind;
  }
}

interface Variable {
  readonly name: string;
  value: Value;
}

/** Looks a field up as Go does: a missing key of a map is empty, a missing field of a struct is a fault. */
function fieldOf(value: Value, name: string, at: number): Value {
  if (value instanceof Instant) {
    const part = instantPart(value, name);
    if (part !== undefined) return part;
  }
  if (value instanceof Whole || !isMap(value)) {
    if (value === nothing) throw new TemplateFault(`nil data; no entry for key ${JSON.stringify(name)}`, at);
    throw new TemplateFault(`can't evaluate field ${name} in type ${typeName(value)}`, at);
  }
  if (Object.hasOwn(value, name)) return value[name]!;
  if (
    Object.hasOwn(value, 'ExternalURL') ||
    (Object.hasOwn(value, 'Value') && Object.hasOwn(value, 'Labels'))
  ) {
    throw new TemplateFault(`can't evaluate field ${name} in type template.data`, at);
  }
  return '';
}

/** Runs a template that was read. Throws `TemplateFault`, or whatever `world.query` throws. */
export function evaluateTemplate(template: Template, world: TemplateWorld): string {
  let written = '';
  let taken = 0;

  const write = (text: string): void => {
    written += text;
    if (written.length > longest) throw new TemplateFault(`writes more than ${longest} characters`);
  };

  function run(template_: readonly Node[], dot: Value, root: Value): void {
    const variables: Variable[] = [{ name: '$', value: root }];
    if (template_ === template.nodes) {
      const { Labels = {}, ExternalLabels = {}, Value = nothing } = world.data;
      variables.push(
        { name: '$labels', value: Labels },
        { name: '$externalLabels', value: ExternalLabels },
        { name: '$externalURL', value: world.externalUrl },
        { name: '$value', value: Value },
      );
    }

    function operand(node: Operand, here: Value): Value {
      switch (node.kind) {
        case 'constant':
          return node.value;
        case 'dot':
          return node.fields.reduce((value, name) => fieldOf(value, name, node.at), here);
        case 'variable': {
          const found = variables.findLast(({ name }) => name === node.name);
          if (found === undefined)
            throw new TemplateFault(`undefined variable ${JSON.stringify(node.name)}`, node.at);
          return node.fields.reduce((value, name) => fieldOf(value, name, node.at), found.value);
        }
        case 'pipeline': {
          const value = pipeline(node.pipeline, here);
          return node.fields.reduce((inner, name) => fieldOf(inner, name, node.at), value);
        }
        case 'function':
          return call(node.name, [], node.at);
      }
    }

    function call(name: string, args: readonly Value[], at: number): Value {
      const fault = (message: string): TemplateFault =>
        new TemplateFault(`error calling ${name}: ${message}`, at);
      const text = (index: number): string => {
        const value = args[index];
        if (typeof value !== 'string') throw fault(`argument ${index + 1} must be a string`);
        return value;
      };
      switch (name) {
        case 'query':
          return world.query(text(0)).map((sample) => ({ ...sample }));
        case 'externalURL':
          return world.externalUrl;
        case 'pathPrefix':
          return URL.canParse(world.externalUrl)
            ? new URL(world.externalUrl).pathname.replace(/\/$/, '')
            : '';
        case 'now':
          return world.nowMs / 1000;
        case 'tmpl': {
          const before = written;
          written = '';
          runNamed(text(0), args[1] ?? nothing, at);
          const made = written;
          written = before;
          return made;
        }
        default: {
          const found = functions.get(name);
          if (found === undefined)
            throw new TemplateFault(`function ${JSON.stringify(name)} not defined`, at);
          const [least, most] = found.arity;
          if (args.length < least || args.length > most) {
            throw new TemplateFault(
              `wrong number of args for ${name}: want ${most === Infinity ? 'at least ' : ''}${least} got ${args.length}`,
              at,
            );
          }
          try {
            return found.call(args);
          } catch (error) {
            if (error instanceof TemplateFault && error.at === undefined) throw fault(error.message);
            throw error;
          }
        }
      }
    }

    function command({ operands, at }: Command, here: Value, piped: { value: Value } | undefined): Value {
      const [first, ...rest] = operands;
      if (first === undefined) throw new TemplateFault('missing value for command', at);
      if (first.kind !== 'function') {
        if (rest.length > 0 || piped !== undefined)
          throw new TemplateFault(`can't give argument to non-function`, at);
        return operand(first, here);
      }
      if (first.name === 'and' || first.name === 'or') {
        // They look at no more than decides, as in Go since 1.18.
        let value: Value | undefined;
        const all: (() => Value)[] = rest.map((node) => () => operand(node, here));
        if (piped !== undefined) all.push(() => piped.value);
        for (const next of all) {
          value = next();
          if (isTrue(value) === (first.name === 'or')) return value;
        }
        if (value === undefined)
          throw new TemplateFault(`wrong number of args for ${first.name}: want at least 1 got 0`, at);
        return value;
      }
      const args = rest.map((node) => operand(node, here));
      if (piped !== undefined) args.push(piped.value);
      return call(first.name, args, first.at);
    }

    function pipeline(node: Pipeline, here: Value): Value {
      taken += 1;
      if (taken > steps) throw new TemplateFault(`takes more than ${steps} steps`);
      let piped: { value: Value } | undefined;
      for (const next of node.commands) piped = { value: command(next, here, piped) };
      return piped?.value ?? nothing;
    }

    function declare(node: Pipeline, value: Value): void {
      const [name] = node.variables;
      if (name === undefined) return;
      const known = node.assigns ? variables.findLast((variable) => variable.name === name) : undefined;
      if (known === undefined) variables.push({ name, value });
      else known.value = value;
    }

    function range(node: Node & { kind: 'range' }, here: Value): void {
      const value = pipeline(node.pipeline, here);
      const items: [Value, Value][] = isList(value)
        ? value.map((item, index) => [new Whole(index), item])
        : isMap(value)
          ? Object.keys(value)
              .toSorted()
              .map((key) => [key, value[key]!])
          : value instanceof Whole
            ? Array.from({ length: Math.min(Math.max(value.value, 0), steps) }, (_, index) => [
                new Whole(index),
                new Whole(index),
              ])
            : [];
      if (
        items.length === 0 &&
        !isList(value) &&
        !isMap(value) &&
        !(value instanceof Whole) &&
        value !== nothing
      ) {
        throw new TemplateFault(`range can't iterate over ${writeValue(value)}`);
      }
      if (items.length === 0) return list(node.otherwise, here);
      for (const [key, item] of items) {
        const visible = variables.length;
        const [first, second] = node.pipeline.variables;
        if (first !== undefined) variables.push({ name: first, value: second === undefined ? item : key });
        if (second !== undefined) variables.push({ name: second, value: item });
        try {
          list(node.body, item);
        } catch (error) {
          if (!(error instanceof LoopEnd)) throw error;
          if (error.kind === 'break') break;
        } finally {
          variables.length = visible;
        }
      }
    }

    function runNamed(name: string, value: Value, at: number): void {
      const nodes = template.defined.get(name);
      if (nodes === undefined) throw new TemplateFault(`template ${JSON.stringify(name)} not defined`, at);
      taken += 100;
      run(nodes, value, value);
    }

    function step(node: Node, here: Value): void {
      switch (node.kind) {
        case 'text':
          return write(node.text);
        case 'action': {
          const value = pipeline(node.pipeline, here);
          if (node.pipeline.variables.length > 0) return declare(node.pipeline, value);
          return write(writeValue(value));
        }
        case 'if':
        case 'with': {
          const visible = variables.length;
          const value = pipeline(node.pipeline, here);
          declare(node.pipeline, value);
          const inner = node.kind === 'with' ? value : here;
          if (isTrue(value)) list(node.body, inner);
          else list(node.otherwise, here);
          variables.length = visible;
          return;
        }
        case 'range':
          return range(node as Node & { kind: 'range' }, here);
        case 'break':
        case 'continue':
          throw new LoopEnd(node.kind);
        case 'template':
          return runNamed(
            node.name,
            node.pipeline === null ? nothing : pipeline(node.pipeline, here),
            node.at,
          );
      }
    }

    function list(nodes: readonly Node[], here: Value): void {
      for (const node of nodes) {
        taken += 1;
        if (taken > steps) throw new TemplateFault(`takes more than ${steps} steps`);
        step(node, here);
      }
    }

    list(template_, dot);
  }

  run(template.nodes, world.data, world.data);
  return written;
}
