import type { Migration } from '../migrate.ts';

/** Every step of the schema, in order. A later version only appends. */
export const migrations: readonly Migration[] = [];
