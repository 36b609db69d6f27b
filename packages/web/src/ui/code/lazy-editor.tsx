import { lazy, Suspense } from 'react';
import type { CodeEditorProps } from './editor.tsx';
import classes from './code.module.css';

const Editor = lazy(async () => ({ default: (await import('./editor.tsx')).CodeEditor }));

/** The editor of texts with lines; its code comes when it is first shown. */
export function CodeArea(props: CodeEditorProps) {
  return (
    <Suspense
      fallback={
        <div className={classes['code']} aria-busy="true">
          <pre>{props.value}</pre>
        </div>
      }
    >
      <Editor {...props} />
    </Suspense>
  );
}
