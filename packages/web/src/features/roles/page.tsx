import type { Permission, RoleView } from '@custos/contract';
import { ActionIcon, Button, Menu, Modal, Group, Select } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { rolesQuery, useCan, useSession } from '../../data/queries.ts';
import { SubPage } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { draftOf, emptyRole, type RoleDraft, type Width } from './draft.ts';
import { Matrix, type Editing } from './matrix.tsx';
import { Preset } from './preset.tsx';
import { useRemoveRole } from './queries.ts';
import { RoleForm } from './role-form.tsx';
import classes from './roles.module.css';

interface Open {
  readonly draft: RoleDraft;
  readonly replaces: string | null;
}

/** What can be done with a role of the installation's own. */
function RoleMenu({ role, onEdit, onRemove }: { role: RoleView; onEdit: () => void; onRemove: () => void }) {
  return (
    <Menu width={150}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`${role.title}: more`}>
          <IconDots size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onEdit}>Change…</Menu.Item>
        <Menu.Item onClick={onRemove}>Delete…</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function RemoveDialog({ role, onDone }: { role: RoleView; onDone: () => void }) {
  const remove = useRemoveRole();
  return (
    <Modal opened onClose={onDone} title={`Delete ${role.title}?`} size="sm">
      <p className="quiet">It is refused while anybody has the role. It cannot be undone.</p>
      <Group justify="flex-end" mt="lg" gap={8}>
        <Button variant="subtle" color="gray" size="xs" onClick={onDone}>
          Cancel
        </Button>
        <Button
          color="dark"
          size="xs"
          data-autofocus
          loading={remove.isPending}
          onClick={() => remove.mutate(role.name, { onSettled: onDone })}
        >
          Delete the role
        </Button>
      </Group>
    </Modal>
  );
}

/** Who may do what, and roles of the installation's own. */
export function RolesPage() {
  const query = useQuery(rolesQuery);
  const held: readonly Permission[] = useSession()?.permissions ?? [];
  const may = useCan('user.manage');
  const [open, setOpen] = useState<Open | null>(null);
  const [removing, setRemoving] = useState<RoleView | null>(null);
  const [shown, setShown] = useState<string | null>(null);

  function change(permission: Permission, width: Width): void {
    setOpen(
      (now) =>
        now && { ...now, draft: { ...now.draft, widths: { ...now.draft.widths, [permission]: width } } },
    );
  }
  function edit(to: Open): void {
    setOpen(to);
    setShown(to.replaces ?? '');
    window.scrollTo({ top: 0 });
  }
  const editing: Editing | null = open === null ? null : { ...open, held, onChange: change };
  return (
    <SubPage
      title="Roles"
      lead="Who may do what. Nobody can give a permission that they lack."
      actions={
        may && open === null ? (
          <Button size="xs" onClick={() => edit({ draft: emptyRole, replaces: null })}>
            Make a role
          </Button>
        ) : undefined
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={12} />}>
        {({ items }) => {
          // What can be changed comes first.
          const roles = items.toSorted((a, b) => Number(a.builtIn) - Number(b.builtIn));
          const present = shown ?? roles[0]?.name ?? '';
          return (
            <>
              {open === null ? null : (
                <RoleForm
                  key={open.replaces ?? ''}
                  draft={open.draft}
                  isNew={open.replaces === null}
                  roles={roles}
                  onChange={(draft) => setOpen({ ...open, draft })}
                  onDone={(saved) => {
                    setOpen(null);
                    setShown(saved ?? open.replaces);
                  }}
                />
              )}
              <div className={classes['one']}>
                <Select
                  size="xs"
                  aria-label="Role to show"
                  allowDeselect={false}
                  disabled={open !== null}
                  data={[
                    ...(open?.replaces === null ? [{ value: '', label: 'New role' }] : []),
                    ...roles.map(({ name, title }) => ({ value: name, label: title })),
                  ]}
                  value={present}
                  onChange={(name) => setShown(name)}
                />
              </div>
              <Matrix
                roles={roles}
                shown={present}
                editing={editing}
                actionsOf={(role) =>
                  may && !role.builtIn && open === null ? (
                    <RoleMenu
                      role={role}
                      onEdit={() => edit({ draft: draftOf(role), replaces: role.name })}
                      onRemove={() => setRemoving(role)}
                    />
                  ) : null
                }
              />
              <Preset />
            </>
          );
        }}
      </Loaded>
      {removing === null ? null : <RemoveDialog role={removing} onDone={() => setRemoving(null)} />}
    </SubPage>
  );
}
