import type { Admission } from '../events/admission.ts';

/** Lets everything in: a program that floods its own log harms nobody else's. */
export const unlimitedAdmission: Admission = {
  decide: (_source, protectedEvents) => ({
    admitted: protectedEvents.map(() => true),
    dropped: 0,
    delayMs: 0,
  }),
  wait: async () => undefined,
};
