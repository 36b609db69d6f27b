import { IconSearch } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import { openCommands } from './command-door.ts';
import { LiveIndicator } from './live-indicator.tsx';
import { MeMenu } from './me-menu.tsx';
import { placeOf } from './places.ts';
import classes from './shell.module.css';

/** Where I am, what the page puts here, whether it is live, search, and me. */
export function TopBar() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const where = placeOf(path);
  return (
    <header className={classes['top']}>
      <div className={classes['where']}>
        {where === undefined ? null : (
          <>
            <span>{where.group.title}</span>
            <span aria-hidden="true">/</span>
            <Link to={where.place.to}>{where.place.title}</Link>
          </>
        )}
      </div>
      <div id="top-slot" className={classes['slot']} />
      <LiveIndicator />
      <button type="button" className={classes['search']} onClick={openCommands}>
        <IconSearch size={14} />
        Search
        <kbd>/</kbd>
      </button>
      <MeMenu />
    </header>
  );
}
