import type { AddressScope } from '@custos/contract';

/**
 * Words of this part.
 *
 * - **rule**: one address or range from which calls are taken.
 * - **list**: the rules of the installation, of one role or of one API token; without rules it takes all.
 * - **locked out**: a list has rules and none of them takes the address.
 *
 * A call passes when every list that concerns it does: that of the installation, that of the caller's role
 * and that of their token.
 */

export interface StoredAddressRule {
  readonly id: string;
  readonly scope: AddressScope;
  /** Role name or token id; empty for the installation. */
  readonly subject: string;
  /** As `normalRange` writes it. */
  readonly range: string;
  readonly note: string;
  readonly createdBy: string;
  readonly createdAt: number;
}
