import { RE2JS } from 're2js';
import { z } from 'zod';

/** A host name or address, without a scheme, a path or a port. */
export const host = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(253, 'must be at most 253 characters')
  .regex(/^[^\s/@?#\\]+$/, 'must be a host name or an address, without scheme, path or user');

export const port = z.number().int().min(1, 'must be 1 to 65535').max(65_535, 'must be 1 to 65535');

/** A percentage from which a result is `degraded`. */
export const percentLimit = z.number().min(1).max(100).nullable();

/** A regular expression in RE2's syntax, which matches in linear time and so cannot hang. */
export const safePattern = z
  .string()
  .max(1000)
  .superRefine((text, context) => {
    try {
      RE2JS.compile(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: 'custom', message: `is not a regular expression in RE2 syntax: ${why}` });
    }
  });

/** PEM certificates to trust beside none of the built-in ones, for a private authority. */
export const authority = z
  .string()
  .max(100_000)
  .regex(/-----BEGIN CERTIFICATE-----/, 'must hold PEM certificates');
