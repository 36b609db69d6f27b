import { useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import classes from '../settings.module.css';

const schemes = [
  ['light', 'Light', IconSun],
  ['dark', 'Dark', IconMoon],
  ['auto', 'As the system', IconDeviceDesktop],
] as const satisfies readonly (readonly [MantineColorScheme, string, typeof IconSun])[];

/** Light or dark, kept in this browser. */
export function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className={classes['schemes']} role="radiogroup" aria-label="Colours">
      {schemes.map(([value, title, SchemeIcon]) => (
        <label key={value} data-chosen={value === colorScheme || undefined}>
          <input
            type="radio"
            name="scheme"
            className="visually-hidden"
            checked={value === colorScheme}
            onChange={() => setColorScheme(value)}
          />
          <SchemeIcon size={18} stroke={1.6} aria-hidden="true" />
          {title}
        </label>
      ))}
    </div>
  );
}
