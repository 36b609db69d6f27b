import type { Permission } from '@custos/contract';
import { getRouteApi } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useSession } from '../../data/queries.ts';
import { SubPage } from '../../ui/page.tsx';
import { Empty, Forbidden } from '../../ui/states.tsx';
import { Appearance } from './parts/appearance.tsx';
import { General } from './parts/general.tsx';
import { System } from './parts/system.tsx';

const route = getRouteApi('/shell/settings/$section');

interface Section {
  readonly name: string;
  readonly title: string;
  readonly permission: Permission | null;
  readonly part: ComponentType;
}

const sections: readonly Section[] = [
  { name: 'general', title: 'General', permission: 'dashboard.read', part: General },
  { name: 'system', title: 'System', permission: 'system.read', part: System },
  { name: 'appearance', title: 'Appearance', permission: null, part: Appearance },
];

/** One part of the settings; one that the person may not see says which permission it takes. */
export function SettingsSection() {
  const { section: name } = route.useParams();
  const session = useSession();
  const section = sections.find((each) => each.name === name);
  if (section === undefined) {
    return (
      <Empty title="There is no such section" page>
        Choose one of the list.
      </Empty>
    );
  }
  const may = section.permission === null || session?.permissions.includes(section.permission) === true;
  return (
    <SubPage title={section.title}>
      {may ? <section.part /> : <Forbidden detail={`It takes the permission ${section.permission ?? ''}.`} />}
    </SubPage>
  );
}
