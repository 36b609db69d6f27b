import { Menu, useMantineColorScheme } from '@mantine/core';
import {
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSun,
  IconUser,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useSession, useSignOut } from '../../data/queries.ts';
import { roleWords } from '../../ui/format.ts';
import { openKeys } from './key-door.ts';
import classes from './shell.module.css';

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return `${words[0]?.[0] ?? ''}${words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''}`.toUpperCase();
}

/** Me: profile, appearance, keys, sign out. */
export function MeMenu() {
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  if (session === null) return null;
  const schemes = [
    ['light', 'Light', IconSun],
    ['dark', 'Dark', IconMoon],
    ['auto', 'As the system', IconDeviceDesktop],
  ] as const;
  return (
    <Menu width={220}>
      <Menu.Target>
        <button type="button" className={classes['me']}>
          <span aria-hidden="true">{initials(session.name)}</span>
          <span className="visually-hidden">{session.name}, menu</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session.name} · {roleWords(session.role)}
        </Menu.Label>
        <Menu.Item
          leftSection={<IconUser size={15} />}
          onClick={() => void navigate({ to: '/settings/$section', params: { section: 'profile' } })}
        >
          Profile and sessions
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={15} />} rightSection="?" onClick={openKeys}>
          Keys
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Appearance</Menu.Label>
        {schemes.map(([value, title, SchemeIcon]) => (
          <Menu.Item
            key={value}
            leftSection={<SchemeIcon size={15} />}
            rightSection={colorScheme === value ? '✓' : null}
            onClick={() => setColorScheme(value)}
            closeMenuOnClick={false}
          >
            {title}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
