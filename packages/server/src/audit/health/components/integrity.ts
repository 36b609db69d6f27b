import type { ComponentDefinition } from '../component.ts';

const hourMs = 3_600_000;
/** Everything is verified every night; when three nights went by without, something keeps it from that. */
const overdueHours = 3 * 24;

const hours = (ms: number): number => Math.max(0, ms / hourMs);

/** Whether the last verification found everything as it was written, and is not too long ago. */
export const integrityComponent: ComponentDefinition = {
  name: 'integrity',
  title: 'Integrity',
  unit: 'h',
  figure: 'audit_verification_age_hours',
  async look({ sources, now, openMs }) {
    const last = await sources.verification();
    // Of several nodes each knows its own verifications only, and one of them verifies at night.
    const warning = sources.isShared ? null : overdueHours;
    if (last === null) {
      return {
        value: hours(openMs),
        warning,
        message: 'It was not verified here since it was opened; `custos audit verify` does that.',
      };
    }
    const age = hours(now - last.startedAt);
    const limits = { value: age, warning };
    if (last.state === 'failed') {
      const [first = 'it could not be finished'] = last.findings;
      const more = last.findings.length > 1 ? ` And ${last.findings.length - 1} more findings.` : '';
      return { ...limits, status: 'critical', message: `The last verification failed: ${first}${more}` };
    }
    const when = age < 1 ? 'less than an hour ago' : `${Math.floor(age)} h ago`;
    return {
      ...limits,
      message:
        last.state === 'running'
          ? `It is being verified; that began ${when}.`
          : `All ${last.entries} entries were as they were written, ${when}.`,
    };
  },
};
