/**
 * Every `code` that a problem document can carry, with what it means. A code is never renamed or
 * reused: clients may branch on it.
 */
export const errorCodes = {
  invalid_input: 'The request was understood and a field is wrong; `errors` names each.',
  malformed_request: 'The body or query could not be read at all.',
  not_found: 'There is no such thing, or you may not know of it.',
  conflict: 'The change contradicts the present state, such as a name that is taken.',
  managed_by_configuration: 'The resource is written in the configuration file and is changed there.',
  unauthenticated: 'Sign in, or send a valid API token.',
  sign_in_failed: 'The e-mail or password is wrong, or the account is locked or disabled.',
  forbidden: 'You are signed in and lack the permission named in the reply.',
  origin_refused: 'A change with a cookie must come from the dashboard’s own origin.',
  setup_not_allowed: 'The set-up link is wrong, used or no longer needed.',
  rate_limited: 'Too many requests; `Retry-After` says when to try again.',
  payload_too_large: 'The body is larger than this route takes.',
  unsupported_media_type: 'The body’s content type is not one that this route takes.',
  method_not_allowed: 'The path exists and does not take this method.',
  audit_unavailable: 'The act needs an audit record and none could be written, so it was not done.',
  state_unavailable: 'The state store does not answer.',
  columns_unavailable: 'The columns store does not answer; what needs history is unavailable for now.',
  spool_full: 'The columns store has been away for so long that the spool is full.',
  schema_too_new: 'The store was written by a later version of Custos.',
  outbound_refused: 'The address is not one that Custos may call from here.',
  outbound_timeout: 'The other side did not answer in time.',
  outbound_failed: 'The other side could not be reached or answered with an error.',
  secret_unreadable: 'A stored secret cannot be read with the present key.',
  token_invalid: 'The link or token is wrong, used or expired.',
  overloaded: 'The server is at its limit; try again soon.',
  internal_error: 'A defect in Custos; the request id finds it in the log.',
} as const;

export type ErrorCode = keyof typeof errorCodes;
