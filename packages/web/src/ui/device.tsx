const browsers = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const systems = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Mac OS', 'macOS'],
  ['Windows', 'Windows'],
  ['Linux', 'Linux'],
] as const;

/** What a browser calls itself, in two words; anything else as it is. */
export function deviceName(agent: string): string {
  const browser = browsers.find(([mark]) => agent.includes(mark))?.[1];
  const system = systems.find(([mark]) => agent.includes(mark))?.[1];
  if (browser !== undefined && system !== undefined) return `${browser} on ${system}`;
  return agent === '' ? 'Unknown device' : agent;
}

/** A browser by its short name; hover gives what it says of itself. */
export function Device({ agent }: { agent: string }) {
  return <span title={agent}>{deviceName(agent)}</span>;
}
