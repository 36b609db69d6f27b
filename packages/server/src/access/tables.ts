import type { Kysely } from 'kysely';

/** The tables of this domain as State keeps them; only the store files of this folder use them. */
export type AccessTables = {
  access_role: {
    name: string;
    title: string;
    description: string;
    /** JSON list of permission names. */
    permissions: string;
    built_in: number;
    position: number;
  };
  access_user: {
    id: string;
    email: string;
    name: string;
    role: string;
    password_hash: string | null;
    disabled: number;
    created_at: number;
    last_sign_in_at: number | null;
  };
  access_session: {
    id: string;
    token_hash: string;
    user_id: string;
    created_at: number;
    last_seen_at: number;
    expires_at: number;
    address: string;
    device: string;
  };
  access_token: {
    id: string;
    token_hash: string;
    user_id: string;
    name: string;
    permissions: string;
    hint: string;
    created_at: number;
    expires_at: number;
    last_used_at: number | null;
    revoked_at: number | null;
  };
  access_setup: { id: number; token_hash: string; expires_at: number };
  access_failure: {
    key: string;
    failures: number;
    window_start: number;
    last_at: number;
    locks: number;
    locked_until: number;
  };
};

/** A handle that knows these tables. */
export type AccessDb = Kysely<AccessTables>;

/** A list's position and size: rows with an id after `after`, `limit` at most. */
export interface Slice {
  readonly after: string;
  readonly limit: number;
}
