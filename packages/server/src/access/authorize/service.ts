import type { AuthorizeAnswer, Permission } from '@custos/contract';
import type { AuditLog } from '../../audit/types.ts';
import type { ObjectFacts, ObjectLevel } from '../object-level/types.ts';
import type { CallContext, Caller, Identity } from '../types.ts';

export interface AuthorizeRequest {
  readonly permission: Permission;
  /** Who it is about; the caller itself when left out. */
  readonly credential?: string | undefined;
  /** Where whoever sent the credential is, for address rules. */
  readonly address?: string | undefined;
  readonly object?: ObjectFacts | undefined;
}

export interface AuthorizeParts {
  readonly audit: AuditLog;
  readonly objects: ObjectLevel;
  readonly rules: { allows(address: string, identity: Identity | null): Promise<boolean> };
  /** The identity behind a credential of any kind that a program can have; undefined when it is worth nothing. */
  readonly identify: (credential: string, caller: Caller) => Promise<Identity | undefined>;
}

/**
 * Decides for programs in any language whether somebody may do something: the same checks, on the same
 * facts, as in the server's own routes. A refusal is on record (OWASP ASVS 5.0, 16.3.2).
 */
export function createAuthorize({ audit, objects, rules, identify }: AuthorizeParts) {
  async function refusal(
    identity: Identity | undefined,
    request: AuthorizeRequest,
    asker: Caller,
  ): Promise<AuthorizeAnswer['reason']> {
    if (identity === undefined) return 'credential';
    const { permission, object } = request;
    // A token with a list is refused to who cannot say where it was used; the asking program counts then.
    const from = request.address ?? (identity.tokenId === null ? undefined : asker.address);
    if (from !== undefined && !(await rules.allows(from, identity))) return 'address';
    if (!identity.permissions.has(permission)) return 'permission';
    if (object !== undefined && !(await objects.mayActOn(identity, permission, object))) return 'object';
    return null;
  }

  return async function authorize(
    asking: Identity,
    request: AuthorizeRequest,
    context: CallContext,
  ): Promise<AuthorizeAnswer> {
    const { credential, address = context.address } = request;
    const identity =
      credential === undefined ? asking : await identify(credential, { address, device: context.device });
    const reason = await refusal(identity, request, context);
    if (reason !== null) {
      await audit.append({
        actor:
          identity === undefined
            ? { type: 'anonymous', id: 'anonymous', name: 'Not signed in' }
            : { type: identity.kind, id: identity.tokenId ?? identity.userId, name: identity.name },
        action: 'access.deny',
        target: null,
        outcome: 'denied',
        address,
        requestId: context.requestId,
        details: {
          code: reason,
          access: request.permission,
          route: '/api/v1/authorize',
          askedBy: asking.tokenId ?? asking.userId,
        },
      });
    }
    return {
      allowed: reason === null,
      reason,
      identity:
        identity === undefined ? null : { userId: identity.userId, role: identity.role, kind: identity.kind },
    };
  };
}

export type Authorize = ReturnType<typeof createAuthorize>;
