import { permissions, type Permission } from '@custos/contract';
import { reachesObjects, type Width } from './draft.ts';
import classes from './roles.module.css';

const words: Readonly<Record<Width, string>> = { none: 'no', own: 'own', team: 'team', all: 'yes' };

/** What a role holds: a full mark for all, a word beside it where it reaches a part, a dash for nothing. */
export function WidthMark({ width }: { width: Width }) {
  if (width === 'none') {
    return (
      <span className={classes['none']}>
        <span aria-hidden="true">–</span>
        <span className="visually-hidden">no</span>
      </span>
    );
  }
  return (
    <span className={classes['mark']} data-width={width}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <circle
          cx="6"
          cy="6"
          r="4.6"
          fill={width === 'all' ? 'currentColor' : 'none'}
          stroke="currentColor"
          strokeWidth="1.4"
        />
        {width === 'team' ? <path d="M6 1.4a4.6 4.6 0 0 1 0 9.2z" fill="currentColor" /> : null}
        {width === 'own' ? <circle cx="6" cy="6" r="1.8" fill="currentColor" /> : null}
      </svg>
      {width === 'all' ? <span className="visually-hidden">yes</span> : words[width]}
    </span>
  );
}

/** The same to be changed; disabled where the person could not give it. */
export function WidthField({
  permission,
  width,
  disabled,
  onChange,
}: {
  permission: Permission;
  width: Width;
  disabled: boolean;
  onChange: (width: Width) => void;
}) {
  if (!reachesObjects(permission)) {
    return (
      <input
        type="checkbox"
        className={classes['check']}
        aria-label={permissions[permission]}
        checked={width !== 'none'}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked ? 'all' : 'none')}
      />
    );
  }
  return (
    <select
      className={classes['select']}
      aria-label={permissions[permission]}
      value={width}
      disabled={disabled}
      onChange={(event) => onChange(event.currentTarget.value as Width)}
    >
      <option value="none">none</option>
      <option value="own">own</option>
      <option value="team">of the team</option>
      <option value="all">all</option>
    </select>
  );
}
