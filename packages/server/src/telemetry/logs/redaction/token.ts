import { markOf, type RedactionRule } from './types.ts';

const mark = markOf('token');

/** Credentials that are known by how they begin, as their issuers document it for secret scanners. */
const known = new RegExp(
  [
    // AWS access key ids.
    String.raw`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`,
    // GitHub, GitLab, npm.
    String.raw`\bgh[pousr]_[A-Za-z0-9]{30,255}`,
    String.raw`\bgithub_pat_[A-Za-z0-9_]{30,255}`,
    String.raw`\bglpat-[A-Za-z0-9_-]{20,255}`,
    String.raw`\bnpm_[A-Za-z0-9]{36}\b`,
    // Slack, Stripe, Google, Custos itself.
    String.raw`\bxox[abeprs]-[A-Za-z0-9-]{10,255}`,
    String.raw`\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,255}`,
    String.raw`\bwhsec_[A-Za-z0-9+/=]{16,255}`,
    String.raw`\bAIza[0-9A-Za-z_-]{35}`,
    String.raw`\bcustos_[A-Za-z0-9_-]{20,255}`,
    // JSON Web Tokens (RFC 7519), signed or encrypted.
    String.raw`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){0,2}`,
  ].join('|'),
  'g',
);

/** Values of `Authorization` headers (RFC 6750, RFC 7617). */
const header = /\b((?:bearer|basic)[ :=]+)([A-Za-z0-9._~+/=-]{8,})/gi;

export const tokenRule: RedactionRule = {
  name: 'token',
  hint: String.raw`AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|npm_|xox[abeprs]-|[srp]k_(?:live|test)_|whsec_|AIza|custos_|eyJ|[Bb](?:earer|asic)|B(?:EARER|ASIC)`,
  mask: (text) =>
    text
      .replace(header, (found, before: string, value: string) =>
        // Words such as "basic knowledge" are no credentials: those have digits or signs in them.
        /[^A-Za-z-]/.test(value) || /[a-z][A-Z]/.test(value) ? before + mark : found,
      )
      .replace(known, mark),
};
