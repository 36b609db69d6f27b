import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder as emptyText } from '@codemirror/view';
import { PromQLExtension } from '@prometheus-io/codemirror-promql';
import { useEffect, useEffectEvent, useRef } from 'react';
import classes from './promql.module.css';
import { editorLook } from './look.ts';
import type { PromqlSource } from './source.ts';

interface EditorFault {
  readonly message: string;
  /** From 1; null when the whole of it is meant. */
  readonly line: number | null;
  readonly column: number | null;
}

function diagnosticOf(state: EditorState, { message, line, column }: EditorFault): Diagnostic {
  const { doc } = state;
  if (line === null || column === null || line > doc.lines)
    return { from: 0, to: doc.length, severity: 'error', message };
  const { from: start, to: end } = doc.line(line);
  const from = Math.min(end, start + column - 1);
  const to = Math.max(from, state.wordAt(from)?.to ?? Math.min(end, from + 1));
  return { from: from === to ? Math.max(start, from - 1) : from, to, severity: 'error', message };
}

export interface PromqlEditorProps {
  label: string;
  value: string;
  source: PromqlSource;
  placeholder?: string | undefined;
  /** What the server said of the expression as it stands. */
  fault?: EditorFault | null | undefined;
  /** True where `$name` stands for a variable, which is no PromQL by itself. */
  variables?: boolean | undefined;
  autoFocus?: boolean | undefined;
  onChange?: ((value: string) => void) | undefined;
  /** Enter, or leaving the field with another expression in it. */
  onRun: (value: string) => void;
}

/** An expression with completion and its faults under the text. Enter runs it, Shift-Enter begins a line. */
export function PromqlEditor(props: PromqlEditorProps) {
  const { label, value, source, fault, placeholder = '', variables = false, autoFocus = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const run = useEffectEvent((text: string) => props.onRun(text));
  const change = useEffectEvent((text: string) => props.onChange?.(text));
  const changed = useEffectEvent((text: string) => text !== value);
  const start = useEffectEvent(() => ({ value, placeholder, autoFocus }));

  useEffect(() => {
    if (box.current === null) return undefined;
    const promql = new PromQLExtension()
      .setComplete({ remote: source, maxMetricsMetadata: 20_000 })
      .activateLinter(!variables);
    const beginning = start();
    const runIt = (editor: EditorView): boolean => {
      run(editor.state.doc.toString());
      return true;
    };
    const made = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: beginning.value,
        extensions: [
          editorLook(),
          history(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ icons: false }),
          EditorView.lineWrapping,
          new Compartment().of(promql.asExtension()),
          emptyText(beginning.placeholder),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change(update.state.doc.toString());
          }),
          EditorView.domEventHandlers({
            blur: (_, editor) => {
              const text = editor.state.doc.toString();
              if (changed(text)) run(text);
            },
          }),
          // Before the keys of editing, after those of the completion, which takes Enter while it is open.
          keymap.of([...closeBracketsKeymap, ...completionKeymap]),
          Prec.high(
            keymap.of([
              { key: 'Mod-Enter', run: runIt },
              { key: 'Shift-Enter', run: insertNewlineAndIndent },
            ]),
          ),
          keymap.of([{ key: 'Enter', run: runIt }, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
        ],
      }),
    });
    view.current = made;
    if (beginning.autoFocus) made.focus();
    return () => {
      promql.destroy();
      made.destroy();
      view.current = null;
    };
  }, [label, source, variables]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const found = fault === null || fault === undefined ? [] : [diagnosticOf(editor.state, fault)];
    editor.dispatch(setDiagnostics(editor.state, found));
  }, [fault]);

  return <div ref={box} className={classes['editor']} data-fault={(fault ?? null) !== null || undefined} />;
}
