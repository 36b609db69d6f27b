import { lazy, Suspense } from 'react';
import { useFilesUnderWay } from '../../data/downloads.ts';

const FileTray = lazy(() => import('./file-tray.tsx'));

/** Opens the tray when a file is coming. */
export function FileTrayDoor() {
  const files = useFilesUnderWay();
  if (files.length === 0) return null;
  return (
    <Suspense>
      <FileTray files={files} />
    </Suspense>
  );
}
