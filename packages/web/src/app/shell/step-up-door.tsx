import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { onStepUp } from '../../data/step-up.ts';

const StepUpDialog = lazy(() => import('../../features/step-up/dialog.tsx'));

/** Opens the dialog when an act asks who is here, and tells the act how it ended. */
export function StepUpDoor() {
  const [asked, setAsked] = useState(false);
  const answer = useRef<(proven: boolean) => void>(() => undefined);
  useEffect(
    () =>
      onStepUp(
        () =>
          new Promise((resolve) => {
            answer.current = resolve;
            setAsked(true);
          }),
      ),
    [],
  );
  if (!asked) return null;
  return (
    <Suspense>
      <StepUpDialog
        onEnd={(proven) => {
          setAsked(false);
          answer.current(proven);
        }}
      />
    </Suspense>
  );
}
