import type { Permission } from '@custos/contract';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect, useRef } from 'react';
import { useSession } from '../../data/queries.ts';
import { Page } from '../../ui/page.tsx';
import classes from './settings.module.css';

interface Entry {
  readonly name: string;
  readonly title: string;
  readonly permission: Permission | null;
}

const groups: readonly { readonly title: string; readonly entries: readonly Entry[] }[] = [
  {
    title: 'Installation',
    entries: [
      { name: 'general', title: 'General', permission: 'dashboard.read' },
      { name: 'system', title: 'System', permission: 'system.read' },
    ],
  },
  {
    title: 'Access',
    entries: [
      { name: 'users', title: 'Users', permission: 'user.read' },
      { name: 'roles', title: 'Roles', permission: 'user.read' },
      { name: 'sign-in', title: 'Sign-in', permission: 'user.read' },
      { name: 'address-rules', title: 'Address rules', permission: 'system.read' },
      { name: 'tokens', title: 'API tokens', permission: 'token.own' },
    ],
  },
  {
    title: 'You',
    entries: [
      { name: 'profile', title: 'Profile and sessions', permission: null },
      { name: 'appearance', title: 'Appearance', permission: null },
    ],
  },
];

/** The frame of the settings: what there is at the side, and the chosen part. */
export function SettingsPage() {
  const session = useSession();
  const menu = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // On a phone the menu is one line, longer than the screen.
  useEffect(() => {
    menu.current?.querySelector('[data-active]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [path]);
  const may = ({ permission }: Entry): boolean =>
    permission === null || session?.permissions.includes(permission) === true;
  return (
    <Page title="Settings" frame>
      <div className={classes['split']}>
        <nav ref={menu} className={classes['menu']} aria-label="Settings">
          {groups
            .map((group) => ({ ...group, entries: group.entries.filter(may) }))
            .filter(({ entries }) => entries.length > 0)
            .map(({ title, entries }) => (
              <div key={title}>
                <p>{title}</p>
                {entries.map((entry) => (
                  <Link
                    key={entry.name}
                    to="/settings/$section"
                    params={{ section: entry.name }}
                    activeProps={{ 'data-active': true }}
                  >
                    {entry.title}
                  </Link>
                ))}
              </div>
            ))}
        </nav>
        <div className={classes['content']}>
          <Suspense>
            <Outlet />
          </Suspense>
        </div>
      </div>
    </Page>
  );
}
