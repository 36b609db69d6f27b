import { Tooltip } from '@mantine/core';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { settingsQuery, useSession } from '../../data/queries.ts';
import { Logo } from '../../ui/logo.tsx';
import { OpenAlertCount, OpenApprovalCount } from './open-alerts.tsx';
import { placeGroups, placeOf } from './places.ts';
import classes from './rail.module.css';

/** The places, in groups that follow the work; collapses to icons. */
export function Rail({ small, onToggle }: { small: boolean; onToggle: () => void }) {
  const session = useSession();
  const here = useRouterState({ select: ({ location }) => placeOf(location.pathname)?.place });
  const name = useQuery(settingsQuery).data?.installationName ?? 'Custos';
  const groups = placeGroups
    .map((group) => ({
      ...group,
      places: group.places.filter((place) => session?.permissions.includes(place.permission)),
    }))
    .filter((group) => group.places.length > 0);
  return (
    <nav className={classes['rail']} data-small={small || undefined} aria-label="Main">
      <Link to="/" className={classes['brand']}>
        <Logo />
        <span className={classes['word']}>{name}</span>
      </Link>
      <div className={classes['groups']}>
        {groups.map((group) => (
          <div key={group.title} className={classes['group']}>
            <h2>{group.title}</h2>
            <ul>
              {group.places.map((place) => (
                <li key={place.to}>
                  <Tooltip label={place.title} position="right" disabled={!small}>
                    <Link
                      to={place.to}
                      className={classes['place']}
                      data-active={place === here || undefined}
                      aria-current={place === here ? 'page' : undefined}
                    >
                      <place.icon size={17} stroke={1.6} />
                      <span className={classes['word']}>{place.title}</span>
                      {place.to === '/alerts' ? <OpenAlertCount /> : null}
                      {place.to === '/approvals' ? <OpenApprovalCount /> : null}
                    </Link>
                  </Tooltip>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
      <button type="button" className={classes['toggle']} onClick={onToggle}>
        {small ? (
          <IconLayoutSidebarLeftExpand size={17} stroke={1.6} />
        ) : (
          <IconLayoutSidebarLeftCollapse size={17} stroke={1.6} />
        )}
        <span className={small ? 'visually-hidden' : ''}>{small ? 'Expand' : 'Collapse'}</span>
      </button>
    </nav>
  );
}
