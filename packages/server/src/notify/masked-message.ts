import { maskText } from '../base/mask-text.ts';
import type { Message } from './types.ts';

/**
 * A message as it leaves the installation. Whoever is at the other end of a webhook, a chat or a mail is
 * nobody whom Custos knows, so what has the shape of personal data is masked in every text (OWASP ASVS 5.0,
 * 14.2.6); the link leads those who may see it to the whole. Names have no shape and are not found.
 */
export function maskedMessage(message: Message): Message {
  const { title, summary, description, labels, serviceName } = message;
  return {
    ...message,
    title: maskText(title),
    summary: maskText(summary),
    description: maskText(description),
    labels: Object.fromEntries(
      Object.entries(labels).map(([name, value]) => [maskText(name), maskText(value)]),
    ),
    serviceName: serviceName === null ? null : maskText(serviceName),
  };
}
