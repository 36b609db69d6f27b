import { allowedFunctions, allowedNodes, allowedTables, noTable } from './allowed.ts';
import { unfitSql } from './tokens.ts';

interface SyntaxNode {
  readonly kind: string;
  /** What stands behind the kind, such as the name of a function. */
  readonly name: string;
  readonly children: SyntaxNode[];
}

/** The tree that `EXPLAIN AST` prints, one line for each node, indented by depth. */
function treeOf(lines: readonly string[]): SyntaxNode {
  const root: SyntaxNode = { kind: '', name: '', children: [] };
  const path: SyntaxNode[] = [root];
  for (const line of lines) {
    if (line.trim() === '') continue;
    const [, indent = '', kind = '', rest = ''] = /^( *)(\w+)(.*)$/s.exec(line) ?? [];
    const name = rest
      .replace(/ +\(children \d+\)$/, '')
      .replace(/ +\(alias [^()]*\)$/, '')
      .trim();
    const node: SyntaxNode = { kind, name, children: [] };
    path.length = Math.min(path.length, indent.length + 1);
    path.at(-1)?.children.push(node);
    path.push(node);
  }
  return root;
}

const inFunctions: ReadonlySet<string> = new Set(['in', 'notin', 'globalin', 'globalnotin']);

/**
 * Checks the syntax tree that the engine itself makes of a statement: it consists of known kinds of nodes,
 * reads the tables of logs and spans only, and calls functions that compute and nothing else. What is not
 * known is refused. `made` are names of the statement's own `WITH`, of which no table has the name.
 */
export function checkTree(lines: readonly string[], made: ReadonlySet<string>): void {
  let settings = 0;
  const mayRead = (name: string): boolean => allowedTables.has(name) || made.has(name) || name === noTable;

  function checkRead(node: SyntaxNode): void {
    if (!mayRead(node.name)) {
      throw unfitSql(`must read ${[...allowedTables].join(' or ')} only, not ${node.name}`);
    }
  }

  function check(node: SyntaxNode): void {
    if (!allowedNodes.has(node.kind)) throw unfitSql(`must be a SELECT without ${node.kind}`);
    if (node.kind === 'Set') settings += 1;
    if (node.kind === 'TableIdentifier') checkRead(node);
    if (node.kind === 'TableExpression' && node.children.some(({ kind }) => kind === 'Function')) {
      throw unfitSql(`must read ${[...allowedTables].join(' or ')} only, and no table functions`);
    }
    if (node.kind === 'Function') {
      const name = node.name.toLowerCase();
      if (!allowedFunctions.has(name)) throw unfitSql(`must not use the function ${node.name}`);
      // `x IN name` reads the table of that name.
      const [, right] = inFunctions.has(name) ? (node.children[0]?.children ?? []) : [];
      if (right?.kind === 'Identifier' || right?.kind === 'TableIdentifier') checkRead(right);
    }
    for (const child of node.children) check(child);
  }

  const { children } = treeOf(lines);
  const [first] = children;
  // One list below it and nothing beside that: a file to write to or a format would stand there.
  if (children.length !== 1 || first?.kind !== 'SelectWithUnionQuery' || first.children.length !== 1) {
    throw unfitSql('must be a SELECT');
  }
  check(first);
  if (settings !== 1) throw unfitSql('must be without SETTINGS');
}
