import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { dismissFile, type FileUnderWay } from '../../data/downloads.ts';
import { bytes } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import classes from './file-tray.module.css';

function progressOf({ receivedBytes, totalBytes, error }: FileUnderWay): string {
  if (error !== null) return `Broke off after ${bytes(receivedBytes)}. Nothing was saved.`;
  return totalBytes === null
    ? `${bytes(receivedBytes)} so far`
    : `${bytes(receivedBytes)} of ${bytes(totalBytes)}`;
}

function Entry({ file }: { file: FileUnderWay }) {
  const { id, name, receivedBytes, totalBytes, error } = file;
  return (
    <li>
      <div className={classes['what']}>
        <strong>{name}</strong>
        <span className="quiet">{progressOf(file)}</span>
        {totalBytes === null || error !== null ? null : (
          <Meter label={`Received of ${name}`} percent={(receivedBytes / totalBytes) * 100} warnAt={101} />
        )}
      </div>
      {error === null ? null : (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            dismissFile(id);
            file.again();
          }}
        >
          Try again
        </Button>
      )}
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => dismissFile(id)}>
        {error === null ? 'Cancel' : 'Close'}
        <span className="visually-hidden"> {name}</span>
      </Button>
    </li>
  );
}

/** Files that are still coming, on whichever page one is; what comes at once is not seen here. */
export default function FileTray({ files }: { files: readonly FileUnderWay[] }) {
  const comes = files.some(({ error }) => error === null);
  useEffect(() => {
    if (!comes) return;
    // Leaving the program ends what is coming, so the browser asks first.
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [comes]);
  return (
    <section className={classes['tray']} aria-label="Downloads">
      <ul>
        {files.map((file) => (
          <Entry key={file.id} file={file} />
        ))}
      </ul>
    </section>
  );
}
