import { lazy, Suspense } from 'react';
import type { PromqlEditorProps } from './editor.tsx';
import classes from './promql.module.css';

const Editor = lazy(async () => ({ default: (await import('./editor.tsx')).PromqlEditor }));

/** The editor of expressions; its code comes when it is first shown, and until then the text stands there. */
export function PromqlField(props: PromqlEditorProps) {
  return (
    <Suspense
      fallback={
        <div className={classes['editor']} aria-busy="true">
          <pre>{props.value}</pre>
        </div>
      }
    >
      <Editor {...props} />
    </Suspense>
  );
}
