import { IconShieldLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { standingQuery } from '../../data/queries.ts';
import { TextLink } from '../../ui/link.tsx';
import { day } from '../../ui/time.tsx';
import classes from './shell.module.css';

const profile = '/settings/profile';

/**
 * Says what the person has to do before they may go on: choose a password of their own, or set up the
 * second factor that their role asks for. Once that is due nothing else works, so every other page leads to
 * where it is done.
 */
export function StandingBanner() {
  const standing = useQuery(standingQuery).data;
  const factor = standing?.secondFactor;
  const mustChoose = standing?.mustChangePassword === true;
  const path = useRouterState({ select: (state) => state.location.pathname });
  const navigate = useNavigate();
  const restricted = factor?.restricted === true || mustChoose;
  useEffect(() => {
    if (restricted && path !== profile) {
      void navigate({ to: '/settings/$section', params: { section: 'profile' }, replace: true });
    }
  }, [restricted, path, navigate]);

  if (factor === undefined) return null;
  if (!mustChoose && (!factor.required || (factor.enrolled && !restricted))) return null;
  return (
    <div className={classes['banner']} role="status">
      <IconShieldLock size={17} stroke={1.7} aria-hidden="true" />
      <span>
        {mustChoose
          ? 'Somebody else chose your password. Choose one of your own below to go on; nothing else is possible until then.'
          : !restricted
            ? `Your role needs a second factor. From ${day(factor.requiredFrom ?? 0)} on, nothing else works without one. `
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
