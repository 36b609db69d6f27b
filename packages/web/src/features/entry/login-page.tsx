import { getRouteApi, useLocation, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { arrivalOf, type FactorStep } from './second-step.ts';
import { FirstStepPage } from './first-step.tsx';
import { SecondStepPage } from './second-step-page.tsx';

const route = getRouteApi('/login');

/** Only paths of this dashboard: a link must not send people elsewhere after they sign in. */
function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';
}

/** Signing in, step by step. */
export function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const { hash } = useLocation();
  const [arrival] = useState(() => arrivalOf(hash));
  const [step, setStep] = useState<FactorStep | null>(arrival.step);
  const [isLate, setIsLate] = useState(false);
  const enter = (): void => router.history.push(safeNext(next));

  return step === null ? (
    <FirstStepPage
      problem={
        isLate
          ? {
              title: 'Too late',
              detail: 'The sign-in took too long. Begin again.',
              code: 'expired',
              requestId: null,
            }
          : arrival.problem
      }
      onStep={(begun) => {
        setIsLate(false);
        setStep(begun);
      }}
      onDone={enter}
    />
  ) : (
    <SecondStepPage
      key={step.ticket}
      step={step}
      lead={
        step === arrival.step
          ? 'Your identity provider knows you. Show that it is you.'
          : 'Your password is right. Show that it is you.'
      }
      onDone={enter}
      onBack={(late) => {
        setIsLate(late);
        setStep(null);
      }}
    />
  );
}
