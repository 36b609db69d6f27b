import type { Permission } from '@custos/contract';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useSession } from '../../data/queries.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Forbidden } from '../../ui/states.tsx';
import { Appearance } from './parts/appearance.tsx';
import { General } from './parts/general.tsx';
import { Profile } from './parts/profile.tsx';
import { System } from './parts/system.tsx';
import { Tokens } from './parts/tokens.tsx';
import { Users } from './parts/users.tsx';
import classes from './settings.module.css';

const route = getRouteApi('/shell/settings/$section');

interface SettingsSection {
  readonly name: string;
  readonly title: string;
  readonly permission: Permission | null;
  readonly part: ComponentType;
}

const sections: readonly SettingsSection[] = [
  { name: 'general', title: 'General', permission: 'dashboard.read', part: General },
  { name: 'users', title: 'Users and roles', permission: 'user.read', part: Users },
  { name: 'tokens', title: 'API tokens', permission: 'token.own', part: Tokens },
  { name: 'system', title: 'System', permission: 'system.read', part: System },
  { name: 'profile', title: 'Profile and sessions', permission: null, part: Profile },
  { name: 'appearance', title: 'Appearance', permission: null, part: Appearance },
];

/** Settings by section; one that the person may not see says which permission it takes. */
export function SettingsPage() {
  const { section: name } = route.useParams();
  const session = useSession();
  const may = (permission: Permission | null): boolean =>
    permission === null || session?.permissions.includes(permission) === true;
  const section = sections.find((each) => each.name === name);
  return (
    <Page title={section?.title ?? 'Settings'} hidden>
      <div className={classes['split']}>
        <nav className={classes['menu']} aria-label="Settings">
          {sections
            .filter((each) => may(each.permission))
            .map((each) => (
              <Link
                key={each.name}
                to="/settings/$section"
                params={{ section: each.name }}
                activeProps={{ 'data-active': true }}
              >
                {each.title}
              </Link>
            ))}
        </nav>
        <div className={classes['content']}>
          <h2>{section?.title ?? 'Settings'}</h2>
          {section === undefined ? (
            <Empty title="There is no such section">Choose one of the list.</Empty>
          ) : may(section.permission) ? (
            <section.part />
          ) : (
            <Forbidden detail={`It takes the permission ${section.permission ?? ''}.`} />
          )}
        </div>
      </div>
    </Page>
  );
}
