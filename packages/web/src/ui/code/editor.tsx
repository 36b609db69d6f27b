import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { indentUnit } from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useEffectEvent, useRef } from 'react';
import { editorLook } from '../promql/look.ts';
import classes from './code.module.css';

export interface LineFault {
  /** From 1; null when no line is to blame. */
  readonly line: number | null;
  readonly message: string;
}

export interface CodeEditorProps {
  label: string;
  value: string;
  faults: readonly LineFault[];
  readOnly?: boolean | undefined;
  onChange: (value: string) => void;
  /** The line that the cursor is in, from 1. */
  onLine?: ((line: number) => void) | undefined;
}

function diagnosticsOf({ doc }: EditorState, faults: readonly LineFault[]): Diagnostic[] {
  return faults.map(({ line, message }) => {
    const at = doc.line(Math.max(1, Math.min(doc.lines, line ?? 1)));
    const indent = at.text.length - at.text.trimStart().length;
    return { from: Math.min(at.to, at.from + indent), to: at.to, severity: 'error', message };
  });
}

/** A text with numbered lines, and what is wrong beside the line. Escape, then Tab leaves it. */
export function CodeEditor({ label, value, faults, readOnly = false, onChange, onLine }: CodeEditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const change = useEffectEvent((text: string) => onChange(text));
  const line = useEffectEvent((number: number) => onLine?.(number));
  const start = useEffectEvent(() => value);

  useEffect(() => {
    if (box.current === null) return undefined;
    const made = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: start(),
        extensions: [
          editorLook(),
          lineNumbers(),
          lintGutter(),
          history(),
          indentUnit.of('  '),
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change(update.state.doc.toString());
            if (update.docChanged || update.selectionSet)
              line(update.state.doc.lineAt(update.state.selection.main.head).number);
          }),
          keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [label, readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    const editor = view.current;
    if (editor !== null) editor.dispatch(setDiagnostics(editor.state, diagnosticsOf(editor.state, faults)));
  }, [faults]);

  return <div ref={box} className={classes['code']} data-fault={faults.length > 0 || undefined} />;
}
