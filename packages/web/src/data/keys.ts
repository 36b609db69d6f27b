/**
 * Names of what is cached. The first part is the resource as the stream's `changed` event names it, so that
 * one event makes everything stale that shows it.
 */
export const keys = {
  session: ['session'] as const,
  setup: ['setup'] as const,
  overview: ['overview'] as const,
  list: (resource: string, filter: object = {}) => [resource, 'list', filter] as const,
  one: (resource: string, id: string) => [resource, 'one', id] as const,
  part: (resource: string, id: string, part: string, filter: object = {}) =>
    [resource, 'one', id, part, filter] as const,
  single: (name: string) => [name] as const,
};
