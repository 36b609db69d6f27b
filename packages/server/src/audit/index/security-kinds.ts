import type { Catalogue } from '../events/catalogue.ts';
import type { SecurityTypes } from './condition.ts';

/** Categories that are about security whatever their outcome: rows A9 and L4. */
const always = new Set(['security event', 'access violation']);
/** Categories that are about security when they were refused or failed. */
const whenRefused = new Set([
  'authentication',
  'session',
  'privilege',
  'investigation access',
  'data access',
  'administration',
  'configuration',
]);

/** Which types of the catalogue are events of security. */
export function securityTypes(catalogue: Pick<Catalogue, 'list'>): SecurityTypes {
  const inCategories = (categories: ReadonlySet<string>): readonly string[] =>
    catalogue
      .list()
      .filter(({ category }) => categories.has(category))
      .map(({ type }) => type);
  return { always: inCategories(always), whenRefused: inCategories(whenRefused) };
}
