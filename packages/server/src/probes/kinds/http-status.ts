import { z } from 'zod';

const one = /^[1-5]\d\d$/;
const range = /^([1-5]\d\d)-([1-5]\d\d)$/;

/** `200`, or `200-299` with both ends included. */
const statusRange = z
  .union([z.string().trim(), z.number().int()])
  .transform(String)
  .refine((text) => {
    const [, from, to] = range.exec(text) ?? [];
    return one.test(text) || (from !== undefined && to !== undefined && from <= to);
  }, 'must be a status such as 200, or a range such as 200-299');

/** Which HTTP statuses count as up. */
export const expectedStatus = z.array(statusRange).min(1, 'must name at least one status').max(20);

export function isExpectedStatus(status: number, expected: readonly string[]): boolean {
  return expected.some((entry) => {
    const [from, to] = entry.split('-').map(Number);
    return from !== undefined && status >= from && status <= (to ?? from);
  });
}
