import { Button, Modal } from '@mantine/core';
import { useEffect, useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { CopyText } from '../../ui/copy-text.tsx';
import { CodeField } from '../../ui/form/code-field.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { FormProblem } from '../../ui/form-problem.tsx';
import { QrCode } from '../../ui/qr-code.tsx';
import { SkeletonBlock } from '../../ui/states.tsx';
import classes from './profile.module.css';
import { useBeginTotp, useConfirmTotp } from './queries.ts';

/** In groups of four, as people read and type it. */
function grouped(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}

/** Gives the seed to an authenticator, and takes a code as the proof that it has it. */
export function AddTotp({
  onDone,
  onCancel,
}: {
  onDone: (codes: readonly string[]) => void;
  onCancel: () => void;
}) {
  const begin = useBeginTotp();
  const confirm = useConfirmTotp();
  const [code, setCode] = useState('');
  const { mutate: start } = begin;
  useEffect(() => start(), [start]);

  function submit(event: FormEvent): void {
    event.preventDefault();
    confirm.mutate(code, { onSuccess: ({ recoveryCodes }) => onDone(recoveryCodes) });
  }
  return (
    <Modal opened onClose={onCancel} title="Set up an authenticator" size="lg">
      {begin.isError ? (
        <div className={form['form']}>
          <FormProblem problem={formError(begin.error, [])} />
          <div className={form['foot']}>
            <Button size="xs" variant="default" onClick={() => start()}>
              Try again
            </Button>
            <Button size="xs" variant="subtle" color="gray" onClick={onCancel}>
              Cancel
            </Button>
          </div>
        </div>
      ) : begin.data === undefined ? (
        <SkeletonBlock height={300} />
      ) : (
        <form className={form['form']} onSubmit={submit} noValidate>
          <ol className={classes['steps']}>
            <li>
              Give the key to your authenticator.
              <div className={classes['key']}>
                <QrCode text={begin.data.uri} label="The key, to be scanned by an authenticator" />
                <div>
                  <p>Scan it, or type it where the authenticator asks for a key:</p>
                  <div className={classes['seed']}>
                    <CopyText text={grouped(begin.data.secret)} />
                  </div>
                  <p className="faint">
                    By time, 6 digits, every 30 seconds. It is shown this once. Is the authenticator on this
                    device?{' '}
                    <a className={classes['open']} href={begin.data.uri}>
                      Open it with the key
                    </a>
                    .
                  </p>
                </div>
              </div>
            </li>
            <li>Type the code that it shows now.</li>
          </ol>
          <CodeField value={code} onChange={setCode} error={fieldErrors(confirm.error)['code']} />
          <SaveBar
            problem={formError(confirm.error, ['code'])}
            saving={confirm.isPending}
            save="Use this authenticator"
            onCancel={onCancel}
          />
        </form>
      )}
    </Modal>
  );
}
