import { TextInput } from '@mantine/core';
import { Choices } from '../../ui/filter-bar.tsx';
import { DurationField } from '../../ui/form/duration-field.tsx';
import { duration } from '../../ui/format.ts';
import { TimeZoneField } from '../../ui/form/time-zone-field.tsx';
import { fromLocal, toLocal } from './draft.ts';
import type { WindowDraft } from './queries.ts';

type Schedule = WindowDraft['schedule'];
const hour = 3_600_000;

function onceFromNow(): Schedule {
  const now = Math.ceil(Date.now() / 60_000) * 60_000;
  return { type: 'once', startsAt: now, endsAt: now + hour };
}

/** When a window is: once, or again and again by a cron expression with a time zone. */
export function ScheduleFields({
  schedule,
  timeZone,
  errors,
  onChange,
}: {
  schedule: Schedule;
  timeZone: string;
  errors: Readonly<Record<string, string>>;
  onChange: (schedule: Schedule) => void;
}) {
  return (
    <>
      <div>
        <Choices
          label="How often"
          value={schedule.type}
          options={[
            ['once', 'Once'],
            ['recurring', 'Again and again'],
          ]}
          onChange={(type) =>
            onChange(
              type === 'once' ? onceFromNow() : { type, cron: '0 3 * * 0', durationMs: hour, timeZone },
            )
          }
        />
      </div>
      {schedule.type === 'once' ? (
        <>
          <TextInput
            type="datetime-local"
            label="Begins"
            description="In your own time zone."
            value={toLocal(schedule.startsAt)}
            error={errors['schedule.startsAt'] ?? errors['schedule']}
            onChange={(event) =>
              onChange({ ...schedule, startsAt: fromLocal(event.currentTarget.value, schedule.startsAt) })
            }
          />
          <TextInput
            type="datetime-local"
            label="Ends"
            description={
              schedule.endsAt > schedule.startsAt
                ? `After ${duration(schedule.endsAt - schedule.startsAt)}.`
                : 'Must be after it begins.'
            }
            value={toLocal(schedule.endsAt)}
            error={errors['schedule.endsAt']}
            onChange={(event) =>
              onChange({ ...schedule, endsAt: fromLocal(event.currentTarget.value, schedule.endsAt) })
            }
          />
        </>
      ) : (
        <>
          <TextInput
            label="Begins at"
            description="Cron: minute, hour, day, month, weekday. 0 3 * * 0 is Sundays at 3."
            value={schedule.cron}
            error={errors['schedule.cron']}
            onChange={(event) => onChange({ ...schedule, cron: event.currentTarget.value })}
          />
          <TimeZoneField
            value={schedule.timeZone ?? 'UTC'}
            error={errors['schedule.timeZone']}
            onChange={(zone) => onChange({ ...schedule, timeZone: zone })}
          />
          <DurationField
            label="Lasts"
            value={schedule.durationMs}
            error={errors['schedule.durationMs']}
            onChange={(ms) => onChange({ ...schedule, durationMs: ms ?? hour })}
          />
        </>
      )}
    </>
  );
}
