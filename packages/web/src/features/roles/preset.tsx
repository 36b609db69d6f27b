import type { RolePreset } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Section } from '../../ui/page.tsx';
import { presetQuery, useSetPreset } from './queries.ts';
import classes from './roles.module.css';

const presets: readonly { readonly name: RolePreset; readonly title: string; readonly text: string }[] = [
  {
    name: 'separated',
    title: 'Separated duties',
    text: 'Administrators run the installation and see no personal data; investigators see it and administer nothing.',
  },
  { name: 'ladder', title: 'Ladder', text: 'Each role has everything that the one below it has.' },
];

/** What the built-in roles hold, for everybody who has one. */
export function Preset() {
  const present = useQuery(presetQuery).data?.preset;
  const may = useCan('system.configure');
  const set = useSetPreset();
  if (present === undefined) return null;
  return (
    <Section title="Built-in roles">
      <ul className={classes['presets']}>
        {presets.map(({ name, title, text }) => (
          <li key={name}>
            <div>
              <strong>{title}</strong>
              <p>{text}</p>
            </div>
            {name === present ? (
              <span className="faint">in use</span>
            ) : may ? (
              <ConfirmButton
                label="Use it"
                title={`Use ${title.toLowerCase()}?`}
                confirm="Change the built-in roles"
                loading={set.isPending}
                onConfirm={() => set.mutate(name)}
              >
                The built-in roles hold other permissions from the next request on, for everybody who has one.
                Everybody is signed out, you as well. Roles of your own stay as they are.
              </ConfirmButton>
            ) : null}
          </li>
        ))}
      </ul>
    </Section>
  );
}
