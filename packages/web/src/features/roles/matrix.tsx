import { permissions, type Permission, type RoleView } from '@custos/contract';
import { Fragment, type ReactNode } from 'react';
import { WidthField, WidthMark } from './cell.tsx';
import { permissionGroups, widthOf, type RoleDraft, type Width } from './draft.ts';
import classes from './roles.module.css';

const groups = permissionGroups();

/** A column that is being made or changed. */
export interface Editing {
  readonly draft: RoleDraft;
  /** Name of the role that it takes the place of; null for a new one. */
  readonly replaces: string | null;
  /** What the person has, and so can give. */
  readonly held: readonly Permission[];
  readonly onChange: (permission: Permission, width: Width) => void;
}

type Col =
  | { readonly kind: 'role'; readonly key: string; readonly role: RoleView }
  | { readonly kind: 'draft'; readonly key: string; readonly editing: Editing };

function columnsOf(roles: readonly RoleView[], editing: Editing | null): readonly Col[] {
  const columns = roles.map((role): Col =>
    editing !== null && editing.replaces === role.name
      ? { kind: 'draft', key: role.name, editing }
      : { kind: 'role', key: role.name, role },
  );
  if (editing === null || editing.replaces !== null) return columns;
  return [{ kind: 'draft', key: '', editing }, ...columns];
}

function Cell({ column, permission }: { column: Col; permission: Permission }) {
  if (column.kind === 'role') return <WidthMark width={widthOf(column.role, permission)} />;
  const { draft, held, onChange } = column.editing;
  const width = draft.widths[permission] ?? 'none';
  return (
    <WidthField
      permission={permission}
      width={width}
      // What one does not have can be taken out of a role, and not put in.
      disabled={width === 'none' && !held.includes(permission)}
      onChange={(to) => onChange(permission, to)}
    />
  );
}

/**
 * Who may do what: permissions down, roles across. On a phone one role at a time, the `shown` one.
 */
export function Matrix({
  roles,
  shown,
  editing,
  actionsOf,
}: {
  roles: readonly RoleView[];
  shown: string;
  editing: Editing | null;
  actionsOf: (role: RoleView) => ReactNode;
}) {
  const columns = columnsOf(roles, editing);
  return (
    <div className={classes['scroll']} role="region" aria-label="Roles and permissions" tabIndex={0}>
      <table className={classes['matrix']}>
        <thead>
          <tr>
            <th scope="col">May</th>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                data-shown={column.key === shown || undefined}
                data-draft={column.kind === 'draft' || undefined}
                title={column.kind === 'role' ? column.role.description : undefined}
              >
                {column.kind === 'draft'
                  ? column.editing.draft.title === ''
                    ? 'New role'
                    : column.editing.draft.title
                  : column.role.title}
                {column.kind === 'role' ? actionsOf(column.role) : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Fragment key={group.title}>
              <tr className={classes['group']}>
                <th scope="colgroup" colSpan={columns.length + 1}>
                  {group.title}
                </th>
              </tr>
              {group.permissions.map((permission) => (
                <tr key={permission}>
                  <th scope="row" title={permission}>
                    {permissions[permission]}
                  </th>
                  {columns.map((column) => (
                    <td
                      key={column.key}
                      data-shown={column.key === shown || undefined}
                      data-draft={column.kind === 'draft' || undefined}
                    >
                      <Cell column={column} permission={permission} />
                    </td>
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
