import { Button, Menu } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import classes from './metrics.module.css';
import { forgetRecent, recentExpressions } from './recent.ts';

/** What was asked in this browser before. */
export function RecentMenu({ onTake }: { onTake: (expression: string) => void }) {
  const [list, setList] = useState<readonly string[]>([]);
  return (
    <Menu position="bottom-end" width={420} onOpen={() => setList(recentExpressions())}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconHistory size={14} />}>
          Recent
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes['recent'] ?? ''}>
        {list.length === 0 ? (
          <Menu.Item disabled>What you ask here is remembered in this browser.</Menu.Item>
        ) : null}
        {list.map((expression) => (
          <Menu.Item key={expression} title={expression} onClick={() => onTake(expression)}>
            <code>{expression}</code>
          </Menu.Item>
        ))}
        {list.length === 0 ? null : (
          <>
            <Menu.Divider />
            <Menu.Item onClick={forgetRecent}>Forget them</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
