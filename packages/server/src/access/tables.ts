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
    /** 1 required, 0 optional; null while it follows from the permissions. */
    second_factor: number | null;
    second_factor_since: number | null;
    /** JSON object: permissions that reach only a part of the objects. */
    reach: string;
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
    /** Since when the user has the role; 0 until the next start. */
    role_since: number;
    /** 1 for a password that somebody else chose. */
    password_temporary: number | null;
    /** JSON list of team names. */
    teams: string;
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
    method: string;
    authenticated_at: number;
    second_factor_at: number | null;
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
  access_totp: { user_id: string; confirmed_at: number | null; begun_at: number; last_step: number };
  access_passkey: {
    id: string;
    user_id: string;
    credential_id: string;
    public_key: string;
    counter: number;
    /** JSON list. */
    transports: string;
    rp_id: string;
    backed_up: number;
    name: string;
    created_at: number;
    last_used_at: number | null;
  };
  access_recovery_code: { code_hash: string; user_id: string; used_at: number | null };
  access_ticket: {
    token_hash: string;
    kind: string;
    user_id: string | null;
    data: string;
    tries: number;
    expires_at: number;
  };
  access_device: {
    id: string;
    token_hash: string;
    user_id: string;
    device: string;
    created_at: number;
    last_used_at: number;
    expires_at: number;
  };
  access_link: { token_hash: string; kind: string; user_id: string; expires_at: number };
  access_external: { provider: string; subject: string; user_id: string; linked_at: number };
  access_jwt_key: { kid: string; public_jwk: string; created_at: number; retired_at: number | null };
  access_address_rule: {
    id: string;
    scope: string;
    subject: string;
    range: string;
    note: string;
    created_by: string;
    created_at: number;
  };
  access_spray: { network: string; account: string; last_at: number };
};

/** A handle that knows these tables. */
export type AccessDb = Kysely<AccessTables>;

/** A list's position and size: rows with an id after `after`, `limit` at most. */
export interface Slice {
  readonly after: string;
  readonly limit: number;
}
