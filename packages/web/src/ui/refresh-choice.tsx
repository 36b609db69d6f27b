import { Button, Menu } from '@mantine/core';
import { IconCheck, IconRefresh } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { refreshes, type RefreshName } from './refresh.ts';
import { TopSlot } from './top-slot.tsx';
import classes from './ui.module.css';

/** How often the page looks again, in the top bar beside its time; or at once. */
export function RefreshChoice({
  name,
  parts,
  onChoose,
  onAgain,
}: {
  name: RefreshName;
  /** First words of the keys of what is asked for anew. */
  parts: readonly string[];
  onChoose: (name: RefreshName) => void;
  onAgain: () => void;
}) {
  const cache = useQueryClient();
  const [title] = refreshes[name];
  const again = (): void => {
    for (const part of parts) void cache.invalidateQueries({ queryKey: [part] });
    onAgain();
  };
  return (
    <TopSlot>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            className={classes['refresh'] ?? ''}
            variant="default"
            size="xs"
            leftSection={<IconRefresh size={14} />}
            aria-label={name === 'off' ? 'Does not refresh by itself' : `Refreshes every ${title}`}
          >
            <span className={classes['often']}>{title}</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconRefresh size={14} />} onClick={again}>
            Refresh now
          </Menu.Item>
          <Menu.Divider />
          {Object.entries(refreshes).map(([each, [word]]) => (
            <Menu.Item
              key={each}
              rightSection={each === name ? <IconCheck size={14} aria-label="chosen" /> : null}
              onClick={() => onChoose(each as RefreshName)}
            >
              {each === 'off' ? 'Not by itself' : `Every ${word}`}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </TopSlot>
  );
}
