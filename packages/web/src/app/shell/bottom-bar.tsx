import { Menu } from '@mantine/core';
import { IconActivityHeartbeat, IconBell, IconDots, IconLayoutGrid, IconSearch } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useSession } from '../../data/queries.ts';
import { openCommands } from './command-door.ts';
import { OpenAlertCount, OpenApprovalCount } from './open-alerts.tsx';
import { placeGroups } from './places.ts';
import classes from './shell.module.css';

const onTheBar = new Set(['/', '/alerts', '/probes']);

/** Every place that has no button of its own on a phone. */
function More() {
  const navigate = useNavigate();
  const session = useSession();
  const others = placeGroups
    .flatMap((group) => group.places)
    .filter((place) => !onTheBar.has(place.to) && session?.permissions.includes(place.permission) === true);
  return (
    <Menu position="top-end" width={200}>
      <Menu.Target>
        <button type="button">
          <IconDots size={20} stroke={1.6} />
          <span>
            More <OpenApprovalCount />
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {others.map((place) => (
          <Menu.Item
            key={place.to}
            py={10}
            leftSection={<place.icon size={18} stroke={1.6} />}
            onClick={() => void navigate({ to: place.to })}
          >
            {place.title} {place.to === '/approvals' ? <OpenApprovalCount /> : null}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The rail of a phone: what one needs at 3 a.m., with one thumb. */
export function BottomBar() {
  return (
    <nav className={classes['bottom']} aria-label="Main, phone">
      <Link to="/" activeOptions={{ exact: true }} activeProps={{ 'data-active': true }}>
        <IconLayoutGrid size={20} stroke={1.6} />
        Overview
      </Link>
      <Link to="/alerts" activeOptions={{ includeSearch: false }} activeProps={{ 'data-active': true }}>
        <IconBell size={20} stroke={1.6} />
        <span>
          Alerts <OpenAlertCount />
        </span>
      </Link>
      <Link to="/probes" activeOptions={{ includeSearch: false }} activeProps={{ 'data-active': true }}>
        <IconActivityHeartbeat size={20} stroke={1.6} />
        Probes
      </Link>
      <button type="button" onClick={openCommands}>
        <IconSearch size={20} stroke={1.6} />
        Search
      </button>
      <More />
    </nav>
  );
}
