import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, resolve } from 'node:path';

/**
 * TypeScript modules that import each other, as one script without imports. Each becomes a function of its
 * own, so that names do not meet. Understands what these modules use: named imports by relative path and
 * `export` before a declaration; anything else raises a `TypeError` that names the module.
 */
export function inlineModules(entry: string): string {
  const done = new Map<string, string>();
  const open = new Set<string>();
  const parts: string[] = [];

  const add = (path: string): string => {
    const known = done.get(path);
    if (known !== undefined) return known;
    if (open.has(path)) throw new TypeError(`${path} imports itself in a circle`);
    open.add(path);
    const name = `module${done.size + open.size}`;
    const imports: string[] = [];
    const exports: string[] = [];
    const body = withoutTypes(path)
      .replace(/^import\s*\{([^}]*)\}\s*from '(\.[^']+)';$/gm, (_, names: string, from: string) => {
        const wanted = names.split(',').flatMap((one) => one.trim() || []);
        const target = add(resolve(dirname(path), from));
        if (wanted.length > 0) imports.push(`const { ${wanted.join(', ')} } = ${target};`);
        return '';
      })
      .replace(
        /^export ((?:async )?(?:function\*?|class|const|let) (\w+))/gm,
        (_, rest: string, one: string) => {
          exports.push(one);
          return rest;
        },
      );
    if (/^\s*(?:import|export)\b/m.test(body))
      throw new TypeError(`${path} has an import or export of another form`);
    if (/<\/script|<!--/i.test(body)) throw new TypeError(`${path} has text that would end a script in HTML`);
    const text = body.replace(/[ \t]+$/gm, '').replace(/\n{3,}/g, '\n\n');
    const value = `return { ${exports.join(', ')} };`;
    parts.push(
      `// ${basename(path)}\nconst ${name} = (() => {\n${imports.join('\n')}\n${text.trim()}\n${value}\n})();\n`,
    );
    open.delete(path);
    done.set(path, name);
    return name;
  };

  add(resolve(entry));
  return `\n${parts.join('\n')}`;
}

/** The module as JavaScript. Node says at the first call that stripping types by hand is experimental. */
function withoutTypes(path: string): string {
  const source = readFileSync(path, 'utf8');
  const { emitWarning } = process;
  // Nobody who exports evidence can do anything about that notice; nothing else runs meanwhile.
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
