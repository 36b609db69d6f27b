import { IconCompass } from '@tabler/icons-react';
import { LinkButton } from '../ui/link.tsx';
import { Empty } from '../ui/states.tsx';

export function NotFound() {
  return (
    <main>
      <Empty
        page
        title="There is no page at this address"
        icon={<IconCompass size={22} stroke={1.6} />}
        action={
          <LinkButton to="/" variant="default">
            Go to the overview
          </LinkButton>
        }
      >
        The link may be old, or what it showed may have been deleted.
      </Empty>
    </main>
  );
}
