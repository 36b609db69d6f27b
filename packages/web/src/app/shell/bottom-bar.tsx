import { IconActivityHeartbeat, IconBell, IconDots, IconLayoutGrid, IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { openCommands } from './command-door.ts';
import { OpenAlertCount } from './open-alerts.tsx';
import classes from './shell.module.css';

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
      <Link to="/settings" activeOptions={{ includeSearch: false }} activeProps={{ 'data-active': true }}>
        <IconDots size={20} stroke={1.6} />
        More
      </Link>
    </nav>
  );
}
