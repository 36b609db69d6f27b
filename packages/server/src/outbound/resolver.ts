import { lookup } from 'node:dns/promises';
import type { Resolve } from './types.ts';

/**
 * Asks the system's resolver (hosts file, search domains and all), as every other program on this host
 * does. Questions for one name that are under way together are asked once: the system's resolver has few
 * threads, and a name server that hangs must not take them all. Nothing is kept after the answer.
 */
export function createSystemResolver(): Resolve {
  const underWay = new Map<string, Promise<readonly string[]>>();
  return (host) => {
    const known = underWay.get(host);
    if (known !== undefined) return known;
    const question = lookup(host, { all: true, order: 'verbatim' })
      .then((answers) => answers.map((answer) => answer.address))
      .finally(() => underWay.delete(host));
    underWay.set(host, question);
    return question;
  };
}
