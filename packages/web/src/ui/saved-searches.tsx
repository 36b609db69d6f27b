import { Button, Checkbox, Modal, Popover, TextInput } from '@mantine/core';
import { IconBookmark, IconPencil, IconTrash } from '@tabler/icons-react';
import { useState, type ComponentProps, type FormEvent } from 'react';
import { SaveBar } from './form/save-bar.tsx';
import form from './form.module.css';
import classes from './saved-searches.module.css';

interface Kept {
  readonly id: string;
  readonly name: string;
  readonly shared: boolean;
  /** False for a search that somebody else shares. */
  readonly own: boolean;
}

interface Editing {
  /** Null for a new one. */
  readonly id: string | null;
  readonly name: string;
  readonly shared: boolean;
}

/** How a search that is set now is kept under a name. */
interface Keeping {
  readonly run: (input: Editing, onDone: () => void) => void;
  readonly saving: boolean;
  readonly nameError: string | undefined;
  readonly problem: ComponentProps<typeof SaveBar>['problem'];
  /** An example of a name, and who sees a shared one. */
  readonly example: string;
  readonly audience: string;
  /** What is kept, such as `the text and the filters that are set now.` */
  readonly what: string;
}

/** Names a search and says who sees it. */
function KeepForm({ start, keeping, onDone }: { start: Editing; keeping: Keeping; onDone: () => void }) {
  const [name, setName] = useState(start.name);
  const [shared, setShared] = useState(start.shared);
  function submit(event: FormEvent): void {
    event.preventDefault();
    keeping.run({ id: start.id, name: name.trim(), shared }, onDone);
  }
  return (
    <form className={form['form']} onSubmit={submit} noValidate>
      <TextInput
        label="Name"
        placeholder={keeping.example}
        data-autofocus
        maxLength={100}
        required
        value={name}
        error={keeping.nameError}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox
        size="xs"
        checked={shared}
        onChange={(event) => setShared(event.currentTarget.checked)}
        label={keeping.audience}
        description="Only you can change or remove it."
      />
      <p className="quiet">
        {start.id === null ? 'It keeps' : 'It takes over'} {keeping.what}
      </p>
      <SaveBar
        problem={keeping.problem}
        saving={keeping.saving}
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
  kept: Kept;
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
export function SavedSearchMenu<Search extends Kept>({
  opened,
  onOpened,
  searches,
  problem,
  keeping,
  onOpen,
  onForget,
}: {
  opened: boolean;
  onOpened: (opened: boolean) => void;
  /** Undefined until they have come. */
  searches: readonly Search[] | undefined;
  /** Why they did not come. */
  problem: string | null;
  /** Null when the person may not keep any. */
  keeping: Keeping | null;
  onOpen: (search: Search) => void;
  onForget: (id: string) => void;
}) {
  const [editing, setEditing] = useState<Editing | null>(null);
  const all = searches ?? [];
  const edit = (start: Editing): void => {
    onOpened(false);
    setEditing(start);
  };
  const groups = [
    ['Yours', all.filter(({ own }) => own)],
    ['Shared by others', all.filter(({ own }) => !own)],
  ] as const;
  return (
    <>
      <Popover opened={opened} onChange={onOpened} width={300} position="bottom-end" trapFocus>
        <Popover.Target>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconBookmark size={14} />}
            onClick={() => onOpened(!opened)}
          >
            Saved searches
          </Button>
        </Popover.Target>
        <Popover.Dropdown className={classes['menu'] ?? ''} aria-label="Saved searches">
          {problem === null ? null : <p className={classes['note']}>{problem}</p>}
          {searches !== undefined && all.length === 0 ? (
            <p className={classes['note']}>
              None yet.{' '}
              {keeping === null ? '' : 'Save a search to find it here, and share it if others need it.'}
            </p>
          ) : null}
          {groups.map(([title, group]) =>
            group.length === 0 ? null : (
              <section key={title} aria-label={title}>
                <h2>{title}</h2>
                <ul>
                  {group.map((kept) => (
                    <Entry
                      key={kept.id}
                      kept={kept}
                      onOpen={() => {
                        onOpened(false);
                        onOpen(kept);
                      }}
                      onEdit={() => edit(kept)}
                      onForget={() => onForget(kept.id)}
                    />
                  ))}
                </ul>
              </section>
            ),
          )}
          {keeping === null ? null : (
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
          )}
        </Popover.Dropdown>
      </Popover>
      <Modal
        opened={editing !== null}
        onClose={() => setEditing(null)}
        title={editing?.id === null ? 'Save this search' : 'Change the search'}
        size="sm"
      >
        {editing === null || keeping === null ? null : (
          <KeepForm start={editing} keeping={keeping} onDone={() => setEditing(null)} />
        )}
      </Modal>
    </>
  );
}
