import { ActionIcon } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconX } from '@tabler/icons-react';
import { useEffect, useRef, type ReactNode } from 'react';
import classes from './panel.module.css';

/** A panel beside a list that stays where it is; Esc closes it and gives the focus back. */
export function Panel({
  title,
  onClose,
  actions,
  children,
}: {
  title: string;
  onClose: () => void;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const panel = useRef<HTMLElement>(null);
  useHotkeys([['Escape', onClose]]);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      // Whoever went on to something else, such as the search box, stays there.
      const free = document.activeElement === null || document.activeElement === document.body;
      if (free && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside className={classes['panel']} ref={panel} tabIndex={-1} aria-label={title}>
      <header className={classes['head']}>
        <h2>{title}</h2>
        <ActionIcon variant="subtle" color="gray" onClick={onClose} aria-label="Close panel (Esc)">
          <IconX size={16} />
        </ActionIcon>
      </header>
      <div className={classes['body']}>{children}</div>
      {actions === undefined ? null : <footer className={classes['foot']}>{actions}</footer>}
    </aside>
  );
}
