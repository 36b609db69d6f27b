import type { SampleFunction } from './sample-functions.ts';

const dayMs = 86_400_000;

/** Reads a sample as seconds since the epoch, in UTC; fractions of a second are cut off. */
const inUtc =
  (part: (date: Date) => number): SampleFunction =>
  (value) =>
    part(new Date(Math.trunc(value) * 1000));

/** Functions that name a part of a time. Without an argument they speak of the time of evaluation. */
export const dateFunctions: ReadonlyMap<string, SampleFunction> = new Map([
  ['year', inUtc((date) => date.getUTCFullYear())],
  ['month', inUtc((date) => date.getUTCMonth() + 1)],
  ['day_of_month', inUtc((date) => date.getUTCDate())],
  ['day_of_week', inUtc((date) => date.getUTCDay())],
  ['hour', inUtc((date) => date.getUTCHours())],
  ['minute', inUtc((date) => date.getUTCMinutes())],
  [
    'day_of_year',
    inUtc((date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs) + 1),
  ],
  [
    'days_in_month',
    inUtc((date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()),
  ],
]);
