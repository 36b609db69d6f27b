/**
 * Names of what is cached. The first part is the resource as the stream's `changed` event names it, so that
 * one event makes everything stale that shows it.
 */
export const keys = {
  session: ['session'] as const,
  setup: ['setup'] as const,
  standing: ['standing'] as const,
  overview: ['overview'] as const,
  list: (resource: string, filter: object = {}) => [resource, 'list', filter] as const,
  one: (resource: string, id: string) => [resource, 'one', id] as const,
  /** Something that hangs on one item, such as its history. */
  part: (one: readonly [string, 'one', string], part: string, filter: object = {}) =>
    [...one, part, filter] as const,
  single: (name: string) => [name] as const,
};
