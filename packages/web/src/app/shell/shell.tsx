import { useLocalStorage } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { followStream } from '../../data/live.ts';
import { useSession } from '../../data/queries.ts';
import { BottomBar } from './bottom-bar.tsx';
import { FileTrayDoor } from './file-tray-door.tsx';
import { Rail } from './rail.tsx';
import classes from './shell.module.css';
import { StandingBanner } from './standing-banner.tsx';
import { StepUpDoor } from './step-up-door.tsx';
import { TopBar } from './top-bar.tsx';

/** Comes when the browser has time: the page itself is first. */
const Commands = lazy(async () => {
  await new Promise((resolve) => window.setTimeout(resolve, 1200));
  return import('./commands.tsx');
});

/** The frame around every page: rail, top bar, and the page itself. Follows the stream while it stands. */
export function Shell() {
  const [small, setSmall] = useLocalStorage({ key: 'custos-rail-small', defaultValue: false });
  const cache = useQueryClient();
  const session = useSession();
  const router = useRouter();
  const signedIn = session !== null;

  // Who first has to do something else, such as to choose a password, may follow nothing until then.
  const mayFollow = session !== null && session.permissions.length > 0;
  useEffect(() => (mayFollow ? followStream(cache) : undefined), [cache, mayFollow]);
  useEffect(() => {
    if (signedIn) return;
    void router.navigate({ to: '/login', search: { next: router.state.location.href } });
  }, [signedIn, router]);

  if (!signedIn) return null;
  return (
    <div className={classes['shell']} data-small={small || undefined}>
      <a className={classes['skip']} href="#content">
        Skip to the content
      </a>
      <Rail small={small} onToggle={() => setSmall(!small)} />
      <TopBar />
      <main id="content" className={classes['main']} tabIndex={-1}>
        <StandingBanner />
        <Suspense>
          <Outlet />
        </Suspense>
      </main>
      <BottomBar />
      <StepUpDoor />
      <FileTrayDoor />
      <Suspense>
        <Commands />
      </Suspense>
    </div>
  );
}
