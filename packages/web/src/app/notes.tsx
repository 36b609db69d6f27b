import '@mantine/core/styles/Notification.css';
import '@mantine/notifications/styles.css';
import { Notifications } from '@mantine/notifications';
import classes from './notes.module.css';

/** Where short notes about what was done appear; its code comes after the first page. */
export default function Notes() {
  return <Notifications position="bottom-right" limit={3} classNames={{ root: classes['notes'] ?? '' }} />;
}
