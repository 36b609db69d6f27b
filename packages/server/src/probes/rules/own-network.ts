/** What asking one other target showed about our own network. */
export type Evidence =
  /** An answer came, good or bad: our network works. */
  | 'reached'
  /** It failed in the same way: a name was not resolved, or there is no route. */
  | 'doubt'
  /** It says nothing, such as a time-out. */
  | 'nothing';

export interface OwnNetworkCase {
  /** One entry for each other external target that was asked just now. */
  readonly witnesses: readonly Evidence[];
  /** Whether the host's own resolver and routes work, asked when no witness could tell; null unknown. */
  readonly selfCheck: boolean | null;
}

/**
 * "Is it me?": decides whether a doubtful failure (name not resolved, no route) is our own network's.
 *
 * One witness that was reached clears us, since both go out the same way. Otherwise one witness that
 * failed alike convicts us: two unrelated targets rarely lose their names in the same second. Without
 * witnesses the host's self-check decides, and where that cannot tell either, the failure stands, because
 * a page too many is better than an outage that nobody hears of.
 */
export function isOwnNetwork({ witnesses, selfCheck }: OwnNetworkCase): boolean {
  if (witnesses.includes('reached')) return false;
  if (witnesses.includes('doubt')) return true;
  return selfCheck === false;
}
