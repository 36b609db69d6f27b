import type { KindDescription } from '@custos/contract';
import classes from './edit.module.css';

/** The kinds of probe, with what each does. */
export function KindChoice({
  kinds,
  value,
  onChange,
}: {
  kinds: readonly KindDescription[];
  value: string;
  onChange: (kind: string) => void;
}) {
  return (
    <fieldset className={classes['kinds']}>
      <legend>What should be checked?</legend>
      {kinds.map((kind) => (
        <label key={kind.kind} data-chosen={kind.kind === value || undefined}>
          <input
            type="radio"
            name="kind"
            className="visually-hidden"
            checked={kind.kind === value}
            onChange={() => onChange(kind.kind)}
          />
          <strong>{kind.title}</strong>
          <span>{kind.description}</span>
        </label>
      ))}
    </fieldset>
  );
}
