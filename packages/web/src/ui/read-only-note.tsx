import { IconFileCode, IconLock } from '@tabler/icons-react';
import classes from './form.module.css';

/** Says why a form cannot be changed here: it is written in the configuration file, or a permission lacks. */
export function ReadOnlyNote({ what, permission }: { what: string; permission?: string | undefined }) {
  const NoteIcon = permission === undefined ? IconFileCode : IconLock;
  return (
    <p className={classes['note']} role="note">
      <NoteIcon size={16} stroke={1.6} aria-hidden="true" />
      <span>
        {permission === undefined
          ? `This ${what} is written in the configuration file. Change it there; it is read-only here.`
          : `Changing a ${what} takes the permission ${permission}. It is read-only for you.`}
      </span>
    </p>
  );
}
