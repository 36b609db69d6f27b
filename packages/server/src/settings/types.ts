import type { Settings } from '@custos/contract';

/**
 * Words of this domain.
 *
 * - **setting**: something about the whole installation that a person may change while it runs. What the
 *   configuration file says wins and cannot be changed here.
 */

/** What the configuration file fixes; a field that is left out may be changed in the dashboard. */
export type FixedSettings = { readonly [Field in keyof Settings]?: Settings[Field] | undefined };
