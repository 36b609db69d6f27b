import type { FactorKind } from '@custos/contract';
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { FormProblem } from '../form-problem.tsx';
import form from '../form.module.css';
import { CodeField } from './code-field.tsx';

export type ProofMethod = FactorKind | 'password';

/** What a person presents; a passkey brings its own answer. */
export type Proof =
  | { readonly kind: 'totp' | 'recovery-code'; readonly code: string }
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'passkey' };

const preference: readonly ProofMethod[] = ['passkey', 'totp', 'password', 'recovery-code'];

const ways: Readonly<Record<ProofMethod, string>> = {
  passkey: 'Use a passkey',
  totp: 'Use the code of an authenticator',
  password: 'Use the password',
  'recovery-code': 'Use a recovery code',
};

/** One way to prove who one is, the safest first, and the others to change to. */
export function SecondFactorForm({
  methods,
  problem,
  busy,
  submit,
  onProof,
}: {
  methods: readonly ProofMethod[];
  problem: Parameters<typeof FormProblem>[0]['problem'];
  busy: boolean;
  /** What the button says. */
  submit: string;
  onProof: (proof: Proof) => void;
}) {
  const known = preference.filter((method) => methods.includes(method));
  const [chosen, setChosen] = useState<ProofMethod | null>(null);
  const [text, setText] = useState('');
  const method = chosen ?? known[0];
  if (method === undefined) return null;

  function present(event: FormEvent): void {
    event.preventDefault();
    if (method === 'passkey') onProof({ kind: 'passkey' });
    else if (method === 'password') onProof({ kind: 'password', password: text });
    else if (method !== undefined) onProof({ kind: method, code: text });
  }
  function change(to: ProofMethod): void {
    setChosen(to);
    setText('');
  }

  return (
    <form className={form['form']} onSubmit={present}>
      {method === 'totp' ? <CodeField key="totp" value={text} onChange={setText} /> : null}
      {method === 'recovery-code' ? (
        <TextInput
          key="recovery"
          label="Recovery code"
          description="One of those that you kept. It works once."
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          autoFocus
          required
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      ) : null}
      {method === 'password' ? (
        <PasswordInput
          key="password"
          label="Your password"
          autoComplete="current-password"
          data-autofocus
          autoFocus
          required
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      ) : null}
      {method === 'passkey' ? (
        <p className="quiet">Your device asks for your fingerprint, your face or its own code.</p>
      ) : null}
      <FormProblem problem={problem} />
      <Button
        type="submit"
        loading={busy}
        leftSection={method === 'passkey' ? <IconFingerprint size={17} stroke={1.7} /> : undefined}
        data-autofocus={method === 'passkey' || undefined}
      >
        {method === 'passkey' ? 'Use a passkey' : submit}
      </Button>
      {known.length < 2 ? null : (
        <div className={form['ways']}>
          {known
            .filter((other) => other !== method)
            .map((other) => (
              <button key={other} type="button" className={form['way']} onClick={() => change(other)}>
                {ways[other]}
              </button>
            ))}
        </div>
      )}
    </form>
  );
}
