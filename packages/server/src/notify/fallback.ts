/** What is needed of a channel to follow fallbacks. */
export interface FallbackLink {
  readonly id: string;
  readonly enabled: boolean;
  readonly fallbackChannelId: string | null;
}

/**
 * Returns the channels that stand behind `start`, nearest first. A channel that is disabled is passed
 * over for the one behind it; a circle is walked once.
 */
export function fallbacksOf<Channel extends FallbackLink>(
  start: string,
  channels: ReadonlyMap<string, Channel>,
): Channel[] {
  const seen = new Set([start]);
  const found: Channel[] = [];
  let next = channels.get(start)?.fallbackChannelId ?? null;
  while (next !== null && !seen.has(next)) {
    seen.add(next);
    const channel = channels.get(next);
    if (channel === undefined) break;
    if (channel.enabled) found.push(channel);
    next = channel.fallbackChannelId;
  }
  return found;
}

/** True when following the fallbacks of `start` leads back to a channel on the way. */
export function fallbackCircle(start: string, links: ReadonlyMap<string, string | null>): boolean {
  const seen = new Set<string>();
  let at: string | null = start;
  while (at !== null) {
    if (seen.has(at)) return true;
    seen.add(at);
    at = links.get(at) ?? null;
  }
  return false;
}
