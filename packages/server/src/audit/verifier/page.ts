import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inlineModules } from './inline-modules.ts';

/** The static page that verifies a bundle in a browser, in two halves: the bundle's JSON goes in between. */
export interface VerifierPage {
  readonly before: string;
  readonly after: string;
}

let built: VerifierPage | undefined;

const integrity = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`;

/** Exactly this script and this style, no connection, and no text that becomes markup. */
const policyOf = (script: string, style: string): string =>
  [
    "default-src 'none'",
    `script-src ${integrity(script)}`,
    `style-src ${integrity(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

const withoutScript = [
  '<noscript><h1>This page needs its script</h1>',
  '<p>It checks the evidence with a script inside the page, which opens no connection. Scripts are switched',
  'off here. Allow them for this file, or check with verify.py, which is beside it.</p></noscript>',
].join('\n');

/**
 * Builds the page from the same modules that the dashboard verifies with: one file, no request of its own.
 * Its Content-Security-Policy names script and style by their hashes and requires Trusted Types.
 */
export function verifierPage(): VerifierPage {
  if (built !== undefined) return built;
  const path = createRequire(import.meta.url).resolve('@custos/client/ledger/page');
  const script = inlineModules(path);
  const style = `\n${readFileSync(join(dirname(path), 'page.css'), 'utf8')}`;
  const before = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policyOf(script, style)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    '<title>Custos evidence</title>',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<nav aria-label="Evidence"><span class="name">Custos evidence</span></nav>',
    '<p role="status"></p>',
    `<main>${withoutScript}</main>`,
    '<script type="application/json" id="bundle">',
  ].join('\n');
  const after = `</script>\n<script type="module">${script}</script>\n</body>\n</html>\n`;
  built = { before, after };
  return built;
}

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * JSON as it may stand inside a script element: no character is left that HTML could read as the end of the
 * script, a comment or an entity. The JSON means the same, since these characters occur in its texts only.
 */
export function jsonInHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? '');
}
