import { TextLink } from '../ui/link.tsx';
import classes from '../ui/form.module.css';
import { useCan } from './queries.ts';

/** Whether a message says that an address was refused because it is private. */
function isPrivateRefusal(message: string | null | undefined): boolean {
  return message?.includes('not listed as internal') ?? false;
}

/** Beside a refusal of a private address: where such addresses are allowed, and by whom. */
export function PrivateAddressHint({ messages }: { messages: readonly (string | null | undefined)[] }) {
  const may = useCan('system.configure');
  if (!messages.some(isPrivateRefusal)) return null;
  return (
    <p className={classes['hint']} role="note">
      Private addresses are called only where an administrator allows it:{' '}
      {may ? (
        <TextLink to="/settings/$section" params={{ section: 'general' }} hash="private-addresses">
          Settings, General
        </TextLink>
      ) : (
        'Settings, General'
      )}
      {may ? ', under Private addresses.' : '. Ask someone who may change the settings.'}
    </p>
  );
}
