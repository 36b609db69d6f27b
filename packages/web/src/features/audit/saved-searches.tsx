import type { SavedSearchView } from '@custos/contract';
import { Button, Checkbox, Modal, Popover, TextInput } from '@mantine/core';
import { IconBookmark, IconPencil, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { explain, fieldErrors, formError } from '../../data/problem.ts';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { conditionsOf, searchOf } from './filter.ts';
import { searchesQuery, useForgetSearch, useKeepSearch } from './queries.ts';
import classes from './saved-searches.module.css';
import type { AuditSearch } from './search.ts';

interface Editing {
  readonly id: string | null;
  readonly name: string;
  readonly shared: boolean;
}

/** Names a search and says who sees it. */
function KeepForm({ start, search, onDone }: { start: Editing; search: AuditSearch; onDone: () => void }) {
  const [name, setName] = useState(start.name);
  const [shared, setShared] = useState(start.shared);
  const keep = useKeepSearch();
  const errors = fieldErrors(keep.error);
  const fixedTime = search.from !== undefined || search.to !== undefined;
  function submit(event: FormEvent): void {
    event.preventDefault();
    const filter = {
      ...conditionsOf(search),
      ...(search.from === undefined ? {} : { from: search.from }),
      ...(search.to === undefined ? {} : { to: search.to }),
    };
    keep.mutate({ id: start.id, name: name.trim(), shared, filter }, { onSuccess: onDone });
  }
  return (
    <form className={form['form']} onSubmit={submit} noValidate>
      <TextInput
        label="Name"
        placeholder="Refused sign-ins of the shop"
        data-autofocus
        maxLength={100}
        required
        value={name}
        error={errors['name']}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox
        size="xs"
        checked={shared}
        onChange={(event) => setShared(event.currentTarget.checked)}
        label="Everybody who may read the audit log sees it"
        description="Only you can change or remove it."
      />
      <p className="quiet">
        {start.id === null
          ? 'It keeps the text and the filters that are set now'
          : 'It takes over the text and the filters that are set now'}
        {fixedTime ? ', and the time that was chosen.' : '. The time range is not part of it.'}
      </p>
      <SaveBar
        problem={formError(keep.error, ['name', 'shared'])}
        saving={keep.isPending}
        save={start.id === null ? 'Save the search' : 'Change the search'}
        onCancel={onDone}
      />
    </form>
  );
}

function Entry({
  kept,
  onOpen,
  onEdit,
  onForget,
}: {
  kept: SavedSearchView;
  onOpen: () => void;
  onEdit: () => void;
  onForget: () => void;
}) {
  return (
    <li className={classes['entry']}>
      <button type="button" onClick={onOpen}>
        {kept.name}
        {kept.own && kept.shared ? <span className="faint"> shared</span> : null}
      </button>
      {kept.own ? (
        <>
          <button type="button" aria-label={`Change ${kept.name}`} title="Change" onClick={onEdit}>
            <IconPencil size={14} stroke={1.6} />
          </button>
          <button type="button" aria-label={`Remove ${kept.name}`} title="Remove" onClick={onForget}>
            <IconTrash size={14} stroke={1.6} />
          </button>
        </>
      ) : null}
    </li>
  );
}

/** Searches that somebody keeps: one's own and those that others share. */
export function SavedSearches({
  search,
  onOpen,
}: {
  search: AuditSearch;
  onOpen: (search: AuditSearch) => void;
}) {
  const [opened, setOpened] = useState(false);
  const [editing, setEditing] = useState<Editing | null>(null);
  const { data, error } = useQuery({ ...searchesQuery, enabled: opened });
  const forget = useForgetSearch();
  const all = data?.searches ?? [];
  const edit = (start: Editing): void => {
    setOpened(false);
    setEditing(start);
  };
  const groups = [
    ['Yours', all.filter(({ own }) => own)],
    ['Shared by others', all.filter(({ own }) => !own)],
  ] as const;
  return (
    <>
      <Popover opened={opened} onChange={setOpened} width={300} position="bottom-end" trapFocus>
        <Popover.Target>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconBookmark size={14} />}
            onClick={() => setOpened(!opened)}
          >
            Saved searches
          </Button>
        </Popover.Target>
        <Popover.Dropdown className={classes['menu'] ?? ''} aria-label="Saved searches">
          {error === null ? null : <p className={classes['note']}>{explain(error).detail}</p>}
          {data !== undefined && all.length === 0 ? (
            <p className={classes['note']}>
              None yet. Save a search to find it here, and share it if others need it.
            </p>
          ) : null}
          {groups.map(([title, searches]) =>
            searches.length === 0 ? null : (
              <section key={title} aria-label={title}>
                <h2>{title}</h2>
                <ul>
                  {searches.map((kept) => (
                    <Entry
                      key={kept.id}
                      kept={kept}
                      onOpen={() => {
                        setOpened(false);
                        onOpen(searchOf(kept.filter));
                      }}
                      onEdit={() => edit(kept)}
                      onForget={() => forget.mutate(kept.id)}
                    />
                  ))}
                </ul>
              </section>
            ),
          )}
          <div className={classes['save']}>
            <Button
              variant="default"
              size="xs"
              fullWidth
              onClick={() => edit({ id: null, name: '', shared: false })}
            >
              Save this search…
            </Button>
          </div>
        </Popover.Dropdown>
      </Popover>
      <Modal
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={editing?.id === null ? 'Save this search' : 'Change the search'}
        size="sm"
      >
        {editing === null ? null : (
          <KeepForm start={editing} search={search} onDone={() => setEditing(null)} />
        )}
      </Modal>
    </>
  );
}
