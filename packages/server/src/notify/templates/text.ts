import type { Dispatch } from '../types.ts';
import { factsOf, headline, writeLabels } from './facts.ts';

/** The message as plain text, for mail and for places that show nothing else. */
export function textOf(dispatch: Dispatch): string {
  const { message, url, acknowledgeUrl } = dispatch;
  const blocks = [headline(dispatch)];
  if (message.summary !== '' && message.summary !== message.title) blocks.push(message.summary);
  if (message.description !== '') blocks.push(message.description);
  blocks.push(
    factsOf(dispatch)
      .map(({ name, value }) => `${`${name}:`.padEnd(11)}${value}`)
      .join('\n'),
  );
  const labels = writeLabels(message.labels);
  if (labels !== '') blocks.push(`Labels: ${labels}`);
  const links = [`Open: ${url}`];
  if (acknowledgeUrl !== null) links.push(`Acknowledge: ${acknowledgeUrl}`);
  blocks.push(links.join('\n'));
  return `${blocks.join('\n\n')}\n`;
}
