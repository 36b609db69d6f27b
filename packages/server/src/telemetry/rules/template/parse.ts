import { readFloat } from '../../promql/number-text.ts';
import { unquote } from '../../promql/string-text.ts';
import { TemplateFault } from './fault.ts';
import type { Command, Node, Operand, Pipeline, Template } from './nodes.ts';
import { readTokens, type Token } from './tokens.ts';
import { nothing, Whole, type Value } from './values.ts';

/** Deeper templates are refused rather than read. */
const deepest = 50;

interface Piece {
  readonly text: string;
  readonly at: number;
  readonly action: boolean;
}

/** Splits a template into text and actions; `{{-` and `-}}` take the spaces beside them. */
function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  let trims = false;
  const text = (from: number, to: number, trimEnd: boolean): void => {
    let piece = template.slice(from, to);
    if (trims) piece = piece.trimStart();
    if (trimEnd) piece = piece.trimEnd();
    if (piece !== '') pieces.push({ text: piece, at: from, action: false });
  };
  for (;;) {
    const open = template.indexOf('{{', offset);
    if (open < 0) break;
    const trimLeft = /^\{\{-\s/.test(template.slice(open, open + 4));
    text(offset, open, trimLeft);
    const inside = open + (trimLeft ? 3 : 2);
    const comment = /^\s*\/\*[^]*?\*\/\s*?(\s-)?\}\}/.exec(template.slice(inside));
    if (comment !== null) {
      trims = comment[1] !== undefined;
      offset = inside + comment[0].length;
      continue;
    }
    const end = endOfAction(template, inside);
    const trimRight = /\s-$/.test(template.slice(inside, end));
    pieces.push({ text: template.slice(inside, trimRight ? end - 1 : end), at: inside, action: true });
    trims = trimRight;
    offset = end + 2;
  }
  text(offset, template.length, false);
  return pieces;
}

/** Where the action that starts at `from` closes; braces inside strings do not count. */
function endOfAction(template: string, from: number): number {
  const pattern = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|\}\}/g;
  pattern.lastIndex = from;
  for (let match = pattern.exec(template); match !== null; match = pattern.exec(template)) {
    if (match[0] === '}}') return match.index;
  }
  throw new TemplateFault('unclosed action', from);
}

function numberOf({ text, at }: Token): Value {
  const plain = text.replaceAll('_', '');
  if (/^[+-]?(?:0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|\d+)$/.test(plain)) {
    const sign = plain.startsWith('-') ? -1 : 1;
    return new Whole(sign * Number(plain.replace(/^[+-]/, '')));
  }
  const value = readFloat(plain);
  if (value === undefined) throw new TemplateFault(`bad number syntax: ${JSON.stringify(text)}`, at);
  return value;
}

interface Reader {
  peek(): Token | undefined;
  next(): Token | undefined;
  skipSpace(): void;
}

function readerOf(tokens: readonly Token[]): Reader {
  let at = 0;
  return {
    peek: () => tokens[at],
    next: () => tokens[at++],
    skipSpace() {
      while (tokens[at]?.kind === 'space') at += 1;
    },
  };
}

/** Reads one template. Names of functions are checked by `known`, as Go does when it reads. */
export function parseTemplate(template: string, known: (name: string) => boolean): Template {
  const pieces = piecesOf(template);
  const defined = new Map<string, readonly Node[]>();
  /** Variables that are visible, the innermost last. */
  const scope: string[] = ['$', '$labels', '$externalLabels', '$externalURL', '$value'];
  let at = 0;

  const unexpected = (token: Token | undefined, where: string, end: number): TemplateFault =>
    new TemplateFault(
      token === undefined
        ? `missing value for ${where}`
        : `unexpected ${JSON.stringify(token.text)} in ${where}`,
      token?.at ?? end,
    );

  function fieldsOf(reader: Reader): string[] {
    const fields: string[] = [];
    for (let token = reader.peek(); token?.kind === 'field'; token = reader.peek()) {
      fields.push(token.text.slice(1));
      reader.next();
    }
    return fields;
  }

  function readOperand(reader: Reader, depth: number): Operand | undefined {
    const token = reader.peek();
    if (token === undefined) return undefined;
    switch (token.kind) {
      case 'string': {
        reader.next();
        const value = unquote(token.text);
        if (value === undefined) throw new TemplateFault('invalid syntax', token.at);
        return { kind: 'constant', value };
      }
      case 'character': {
        reader.next();
        const value = unquote(token.text)?.codePointAt(0);
        if (value === undefined)
          throw new TemplateFault(`malformed character constant: ${token.text}`, token.at);
        return { kind: 'constant', value: new Whole(value) };
      }
      case 'number':
        reader.next();
        return { kind: 'constant', value: numberOf(token) };
      case 'dot':
        reader.next();
        return { kind: 'dot', fields: [], at: token.at };
      case 'field':
        return { kind: 'dot', fields: fieldsOf(reader), at: token.at };
      case 'variable':
        reader.next();
        if (!scope.includes(token.text)) {
          throw new TemplateFault(`undefined variable ${JSON.stringify(token.text)}`, token.at);
        }
        return { kind: 'variable', name: token.text, fields: fieldsOf(reader), at: token.at };
      case 'word':
        reader.next();
        if (token.text === 'true' || token.text === 'false') {
          return { kind: 'constant', value: token.text === 'true' };
        }
        if (token.text === 'nil') return { kind: 'constant', value: nothing };
        if (!known(token.text)) {
          throw new TemplateFault(`function ${JSON.stringify(token.text)} not defined`, token.at);
        }
        return { kind: 'function', name: token.text, at: token.at };
      case 'open': {
        reader.next();
        if (depth >= deepest) throw new TemplateFault('nested too deeply', token.at);
        const pipeline = readPipeline(reader, depth + 1);
        if (reader.next()?.kind !== 'close') throw new TemplateFault('unclosed left paren', token.at);
        return { kind: 'pipeline', pipeline, fields: fieldsOf(reader), at: token.at };
      }
      case 'space':
      case 'pipe':
      case 'declare':
      case 'assign':
      case 'comma':
      case 'close':
        return undefined;
    }
  }

  function readCommand(reader: Reader, depth: number): Command {
    const operands: Operand[] = [];
    reader.skipSpace();
    const start = reader.peek()?.at ?? 0;
    for (;;) {
      reader.skipSpace();
      const operand = readOperand(reader, depth);
      if (operand === undefined) break;
      operands.push(operand);
      const next = reader.peek();
      if (next !== undefined && !['space', 'pipe', 'close'].includes(next.kind)) {
        throw unexpected(next, 'operand', start);
      }
    }
    if (operands.length === 0) throw unexpected(reader.peek(), 'command', start);
    return { operands, at: start };
  }

  function readDeclaration(reader: Reader): { variables: string[]; assigns: boolean } | undefined {
    const variables: string[] = [];
    for (;;) {
      reader.skipSpace();
      const token = reader.next();
      if (token?.kind !== 'variable') return undefined;
      variables.push(token.text);
      reader.skipSpace();
      const after = reader.next();
      if (after?.kind === 'comma') continue;
      if (after?.kind === 'declare' || after?.kind === 'assign') {
        return { variables, assigns: after.kind === 'assign' };
      }
      return undefined;
    }
  }

  function readPipeline(reader: Reader, depth: number): Pipeline {
    const commands: Command[] = [];
    for (;;) {
      commands.push(readCommand(reader, depth));
      reader.skipSpace();
      if (reader.peek()?.kind !== 'pipe') break;
      reader.next();
    }
    return { variables: [], assigns: false, commands };
  }

  function wholePipeline(tokens: readonly Token[], end: number): Pipeline {
    const declaration = readDeclaration(readerOf(tokens));
    const from =
      declaration === undefined
        ? 0
        : tokens.findIndex(({ kind }) => kind === 'declare' || kind === 'assign') + 1;
    const reader = readerOf(tokens.slice(from));
    const pipeline = readPipeline(reader, 0);
    reader.skipSpace();
    const rest = reader.peek();
    if (rest !== undefined) throw unexpected(rest, 'operand', end);
    if (declaration === undefined) return pipeline;
    if (!declaration.assigns) scope.push(...declaration.variables);
    else {
      const unknown = declaration.variables.find((name) => !scope.includes(name));
      if (unknown !== undefined)
        throw new TemplateFault(`undefined variable ${JSON.stringify(unknown)}`, end);
    }
    return { ...pipeline, ...declaration };
  }

  function readBlock(kind: 'if' | 'with' | 'range', tokens: readonly Token[], depth: number): Node {
    const visible = scope.length;
    const pipeline = wholePipeline(tokens, tokens[0]?.at ?? 0);
    const first = readList(depth, kind === 'range');
    let otherwise: readonly Node[] = [];
    if (first.end === 'else') {
      const words = first.rest.filter((token) => token.kind !== 'space');
      const [word] = words;
      if (word === undefined) {
        const second = readList(depth, false);
        if (second.end !== 'end') throw new TemplateFault('expected end; found {{else}}', second.at);
        otherwise = second.nodes;
      } else if (word.text === kind && kind !== 'range') {
        const rest = first.rest.slice(first.rest.indexOf(word) + 1);
        otherwise = [readBlock(kind, rest, depth)];
      } else throw unexpected(word, 'else', word.at);
    }
    scope.length = visible;
    return { kind, pipeline, body: first.nodes, otherwise };
  }

  interface List {
    readonly nodes: readonly Node[];
    readonly end: 'end' | 'else' | 'over';
    /** What stood behind `else`. */
    readonly rest: readonly Token[];
    readonly at: number;
  }

  let loops = 0;
  function readList(depth: number, loop: boolean): List {
    if (depth > deepest) throw new TemplateFault('nested too deeply', pieces[at]?.at ?? 0);
    if (loop) loops += 1;
    const nodes: Node[] = [];
    const over = (end: List['end'], rest: readonly Token[], offset: number): List => {
      if (loop) loops -= 1;
      return { nodes, end, rest, at: offset };
    };
    while (at < pieces.length) {
      const piece = pieces[at]!;
      at += 1;
      if (!piece.action) {
        nodes.push({ kind: 'text', text: piece.text });
        continue;
      }
      const tokens = readTokens(piece.text, piece.at);
      const index = tokens.findIndex(({ kind }) => kind !== 'space');
      const first = tokens[index];
      if (first === undefined) throw new TemplateFault('missing value for command', piece.at);
      const rest = tokens.slice(index + 1);
      switch (first.kind === 'word' ? first.text : '') {
        case 'end':
          return over('end', [], piece.at);
        case 'else':
          return over('else', rest, piece.at);
        case 'if':
        case 'with':
        case 'range':
          nodes.push(readBlock(first.text as 'if' | 'with' | 'range', rest, depth + 1));
          break;
        case 'break':
        case 'continue':
          if (loops === 0) throw new TemplateFault(`{{${first.text}}} outside {{range}}`, first.at);
          nodes.push({ kind: first.text as 'break' | 'continue' });
          break;
        case 'define':
        case 'block':
        case 'template': {
          const words = rest.filter(({ kind }) => kind !== 'space');
          const name = words[0]?.kind === 'string' ? unquote(words[0].text) : undefined;
          if (name === undefined) throw unexpected(words[0], `${first.text} clause`, piece.at);
          const argument =
            words.length > 1 ? wholePipeline(rest.slice(rest.indexOf(words[0]!) + 1), piece.at) : null;
          if (first.text !== 'template') {
            const visible = scope.splice(1);
            const body = readList(depth + 1, false);
            scope.push(...visible);
            if (body.end !== 'end') throw new TemplateFault('unexpected EOF', piece.at);
            defined.set(name, body.nodes);
          }
          if (first.text !== 'define')
            nodes.push({ kind: 'template', name, pipeline: argument, at: first.at });
          break;
        }
        default:
          nodes.push({ kind: 'action', pipeline: wholePipeline(tokens, piece.at) });
      }
    }
    if (depth > 0) throw new TemplateFault('unexpected EOF', template.length);
    return over('over', [], template.length);
  }

  const all = readList(0, false);
  if (all.end !== 'over') throw new TemplateFault(`unexpected {{${all.end}}}`, all.at);
  return { nodes: all.nodes, defined };
}
