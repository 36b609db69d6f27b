import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** The nonce by which the content security policy lets this page add style elements. */
function nonce(): Extension {
  const value = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
  return value === '' ? [] : EditorView.cspNonce.of(value);
}

const theme = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'transparent', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-content': { fontFamily: 'var(--mono)', padding: '7px 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 10px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5', overflow: 'auto' },
  '.cm-placeholder': { color: 'var(--text-3)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection': {
    backgroundColor: 'var(--accent-soft) !important',
  },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--text-3)', border: 'none' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--text)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--accent-soft)',
    outline: '1px solid var(--line-strong)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--bg-raised)',
    border: 'none',
    borderRadius: 'var(--radius)',
    boxShadow: 'var(--shadow)',
    color: 'var(--text)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mono)',
    fontSize: '12.5px',
    maxHeight: '15em',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent-soft)',
    color: 'var(--text)',
  },
  '.cm-completionDetail': { color: 'var(--text-3)', fontStyle: 'normal', marginLeft: '12px' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600', color: 'var(--accent)' },
  '.cm-completionInfo': {
    fontFamily: 'var(--font)',
    fontSize: '12.5px',
    padding: '6px 10px',
    maxWidth: '320px',
  },
  '.cm-diagnostic': { padding: '4px 10px', fontFamily: 'var(--font)', fontSize: '12.5px' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--down-mark)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--down-mark)',
    textUnderlineOffset: '3px',
  },
});

const highlight = HighlightStyle.define([
  { tag: tags.name, color: 'var(--text)' },
  { tag: tags.function(tags.variableName), color: 'var(--accent)' },
  { tag: tags.number, color: 'var(--maintenance)' },
  { tag: tags.string, color: 'var(--up)' },
  { tag: tags.keyword, color: 'var(--blocked)' },
  { tag: tags.modifier, color: 'var(--blocked)' },
  { tag: tags.labelName, color: 'var(--degraded)' },
  { tag: tags.operator, color: 'var(--text-2)' },
  { tag: tags.paren, color: 'var(--text-2)' },
  { tag: tags.squareBracket, color: 'var(--text-2)' },
  { tag: tags.brace, color: 'var(--text-2)' },
  { tag: tags.comment, color: 'var(--text-3)' },
  { tag: tags.invalid, color: 'var(--down)' },
]);

/** The look of editors: our tokens, so that both schemes fit; styles get in under the page's nonce. */
export const editorLook = (): Extension => [nonce(), theme, syntaxHighlighting(highlight)];
