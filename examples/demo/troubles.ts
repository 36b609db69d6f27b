export const minuteMs = 60_000;
export const dayMs = 86_400_000;

/** A stretch in which a probe was not well. */
export interface Trouble {
  readonly probe: string;
  readonly status: 'down' | 'degraded';
  /** Shown as blocked: what it depends on was down. */
  readonly blocked?: boolean;
  /** Whole minutes, ms since the epoch; the end is not part of it. */
  readonly from: number;
  readonly to: number;
  readonly message: string;
  /** Who acknowledged the alert, if somebody did. */
  readonly acknowledgedBy?: string;
}

interface Told extends Omit<Trouble, 'from' | 'to'> {
  readonly daysAgo: number;
  /** UTC, `14:05`. */
  readonly at: string;
  readonly minutes: number;
}

const failed = 'Answered 500, expected 200-299.';
const slow = (ms: number): string => `Took ${ms} ms, more than the budget of 500 ms.`;
const noAnswer = 'connect ECONNREFUSED 127.0.0.1:5432';
const noMail = 'The connection was refused.';
const late = (last: string): string => `Its last call was ${last} ago; expected every 10s.`;

const told: readonly Told[] = [
  { probe: 'Mail relay', status: 'down', daysAgo: 83, at: '03:12', minutes: 9, message: noMail },
  { probe: 'Shop page', status: 'degraded', daysAgo: 76, at: '18:40', minutes: 38, message: slow(2310) },
  { probe: 'Stock report', status: 'down', daysAgo: 68, at: '02:05', minutes: 64, message: late('21s') },
  // First incident: a release that could not be rolled back at once.
  {
    probe: 'Shop page',
    status: 'down',
    daysAgo: 61,
    at: '09:31',
    minutes: 18,
    message: failed,
    acknowledgedBy: 'Mara Lindqvist',
  },
  { probe: 'Shop health', status: 'down', daysAgo: 61, at: '09:30', minutes: 20, message: failed },
  { probe: 'Checkout', status: 'down', daysAgo: 61, at: '09:31', minutes: 18, message: failed },
  { probe: 'Shop page', status: 'degraded', daysAgo: 61, at: '09:49', minutes: 35, message: slow(1840) },
  { probe: 'Mail relay', status: 'down', daysAgo: 52, at: '22:48', minutes: 14, message: noMail },
  { probe: 'Shop health', status: 'down', daysAgo: 44, at: '11:17', minutes: 3, message: failed },
  { probe: 'Shop page', status: 'degraded', daysAgo: 37, at: '19:05', minutes: 52, message: slow(1420) },
  { probe: 'Mail relay', status: 'down', daysAgo: 30, at: '05:26', minutes: 6, message: noMail },
  // Second incident: the database ran out of disk, and the checkout with it.
  {
    probe: 'Orders database',
    status: 'down',
    daysAgo: 23,
    at: '14:02',
    minutes: 47,
    message: noAnswer,
    acknowledgedBy: 'Jon Okafor',
  },
  {
    probe: 'Checkout',
    status: 'down',
    blocked: true,
    daysAgo: 23,
    at: '14:02',
    minutes: 47,
    message: '"Orders database" is down, and this depends on it.',
  },
  {
    probe: 'Orders without receipt',
    status: 'down',
    daysAgo: 23,
    at: '14:02',
    minutes: 47,
    message: noAnswer,
  },
  { probe: 'Stock report', status: 'down', daysAgo: 15, at: '02:05', minutes: 25, message: late('22s') },
  { probe: 'Checkout', status: 'down', daysAgo: 9, at: '16:44', minutes: 4, message: failed },
  { probe: 'Shop page', status: 'degraded', daysAgo: 5, at: '20:10', minutes: 21, message: slow(980) },
  { probe: 'Shop page', status: 'down', daysAgo: 2, at: '07:58', minutes: 3, message: failed },
];

/** The troubles of the ninety days before `now`, oldest first. */
export function troublesBefore(now: number): readonly Trouble[] {
  const today = Math.floor(now / dayMs) * dayMs;
  return told
    .map(({ daysAgo, at, minutes, ...rest }) => {
      const [hour = 0, minute = 0] = at.split(':').map(Number);
      const from = today - daysAgo * dayMs + (hour * 60 + minute) * minuteMs;
      return { ...rest, from, to: from + minutes * minuteMs };
    })
    .toSorted((left, right) => left.from - right.from);
}
