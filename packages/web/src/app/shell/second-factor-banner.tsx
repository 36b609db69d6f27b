import { IconShieldLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { standingQuery } from '../../data/queries.ts';
import { TextLink } from '../../ui/link.tsx';
import { absolute } from '../../ui/time.tsx';
import classes from './shell.module.css';

const profile = '/settings/profile';

/**
 * Says that the person's role asks for a second factor that they do not have. Once it is due nothing else
 * works, so every other page leads to where it is set up.
 */
export function SecondFactorBanner() {
  const factor = useQuery(standingQuery).data?.secondFactor;
  const path = useRouterState({ select: (state) => state.location.pathname });
  const navigate = useNavigate();
  const restricted = factor?.restricted === true;
  useEffect(() => {
    if (restricted && path !== profile) {
      void navigate({ to: '/settings/$section', params: { section: 'profile' }, replace: true });
    }
  }, [restricted, path, navigate]);

  if (factor === undefined || !factor.required) return null;
  if (factor.enrolled && !restricted) return null;
  return (
    <div className={classes['banner']} role="status">
      <IconShieldLock size={17} stroke={1.7} aria-hidden="true" />
      <span>
        {!restricted
          ? `Your role needs a second factor. From ${absolute(factor.requiredFrom ?? 0)} on nothing else works without one. `
          : factor.enrolled
            ? 'Your role needs your second factor, which this sign-in went without. Sign out and in again.'
            : 'Your role needs a second factor. Set one up to go on; nothing else is possible until then.'}
        {restricted || path === profile ? null : (
          <TextLink to="/settings/$section" params={{ section: 'profile' }} hash="second-factor">
            Set one up
          </TextLink>
        )}
      </span>
    </div>
  );
}
