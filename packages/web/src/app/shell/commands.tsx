import '@mantine/spotlight/styles.css';
import { Modal } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { Spotlight, spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconActivityHeartbeat, IconKeyboard, IconPlus, IconSearch, IconServer2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { probesQuery, servicesQuery, useSession } from '../../data/queries.ts';
import { StatusMark } from '../../ui/status.tsx';
import { onOpenCommands } from './command-door.ts';
import { onOpenKeys } from './key-door.ts';
import { KeyList } from './key-list.tsx';
import { placeGroups } from './places.ts';

/** Cmd-K: every place, every probe and service, and the acts that begin something. */
export default function Commands() {
  const navigate = useNavigate();
  const session = useSession();
  const [wanted, setWanted] = useState(false);
  const [showKeys, setShowKeys] = useState(false);
  const probes = useQuery({ ...probesQuery, enabled: wanted }).data?.items ?? [];
  const services = useQuery({ ...servicesQuery, enabled: wanted }).data?.items ?? [];
  const pendingG = useRef(false);

  const open = (): void => {
    setWanted(true);
    spotlight.open();
  };
  useEffect(() => {
    onOpenCommands(open);
    onOpenKeys(() => setShowKeys(true));
  }, []);

  const all = placeGroups.flatMap((group) => group.places);
  const places = all.filter((place) => session?.permissions.includes(place.permission));
  const parts = all
    .flatMap(({ icon, parts: own = [] }) => own.map((part) => ({ ...part, icon })))
    .filter((part) => session?.permissions.includes(part.permission));

  useHotkeys([
    ['mod+K', open],
    [
      '/',
      () => {
        const field = document.querySelector<HTMLInputElement>('input[data-search]');
        if (field === null) open();
        else field.focus();
      },
    ],
    ['shift+/', () => setShowKeys(true)],
    ['?', () => setShowKeys(true)],
  ]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select')) return;
      if (pendingG.current) {
        pendingG.current = false;
        const place = places.find(({ key }) => key === event.key);
        if (place === undefined) return;
        event.preventDefault();
        void navigate({ to: place.to });
        return;
      }
      if (event.key !== 'g') return;
      pendingG.current = true;
      window.setTimeout(() => (pendingG.current = false), 1200);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });

  const groups: SpotlightActionGroupData[] = [
    {
      group: 'Go to',
      actions: [
        ...places.map((place) => ({
          id: place.to,
          label: place.title,
          leftSection: <place.icon size={16} stroke={1.6} />,
          rightSection: <span className="faint">g {place.key}</span>,
          onClick: () => void navigate({ to: place.to }),
        })),
        ...parts.map((part) => ({
          id: part.to,
          label: part.title,
          leftSection: <part.icon size={16} stroke={1.6} />,
          onClick: () => void navigate({ to: part.to }),
        })),
      ],
    },
    {
      group: 'Do',
      actions: [
        ...(session?.permissions.includes('probe.edit') === true
          ? [
              {
                id: 'add-probe',
                label: 'Add a probe',
                leftSection: <IconPlus size={16} />,
                onClick: () => void navigate({ to: '/probes/new' }),
              },
              {
                id: 'add-service',
                label: 'Add a service',
                leftSection: <IconPlus size={16} />,
                onClick: () => void navigate({ to: '/services/new' }),
              },
            ]
          : []),
        {
          id: 'keys',
          label: 'Show the keys',
          leftSection: <IconKeyboard size={16} />,
          onClick: () => setShowKeys(true),
        },
      ],
    },
    {
      group: 'Services',
      actions: services.map((service) => ({
        id: service.id,
        label: service.name,
        leftSection: <IconServer2 size={16} stroke={1.6} />,
        rightSection: <StatusMark status={service.status} />,
        onClick: () => void navigate({ to: '/services/$serviceId', params: { serviceId: service.id } }),
      })),
    },
    {
      group: 'Probes',
      actions: probes.map((probe) => ({
        id: probe.id,
        label: probe.name,
        description: probe.kind,
        leftSection: <IconActivityHeartbeat size={16} stroke={1.6} />,
        rightSection: <StatusMark status={probe.status} />,
        onClick: () => void navigate({ to: '/probes/$probeId', params: { probeId: probe.id } }),
      })),
    },
  ];

  return (
    <>
      <Spotlight
        actions={groups}
        shortcut={null}
        attributes={{ content: { 'aria-label': 'Find or do anything' } }}
        limit={12}
        scrollable
        maxHeight={420}
        lockScroll={false}
        overlayProps={{ blur: 0, backgroundOpacity: 0.35 }}
        nothingFound="Nothing has this name"
        searchProps={{
          leftSection: <IconSearch size={16} />,
          placeholder: 'Go to, find a probe or service, do something',
          'aria-label': 'Search',
        }}
      />
      <Modal opened={showKeys} onClose={() => setShowKeys(false)} title="Keys" size="sm">
        <KeyList places={places} />
      </Modal>
    </>
  );
}
