/** After this long without a touch nobody is taken to be at the page, ms. */
const unattendedMs = 60_000;
const touches = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

let touchedAt: number | null = null;

/** Notes when somebody touches the page, from now on; returns what ends that. */
export function watchAttendance(
  target: Pick<Window, 'addEventListener' | 'removeEventListener'>,
): () => void {
  const note = (): void => {
    touchedAt = performance.now();
  };
  note();
  for (const touch of touches) target.addEventListener(touch, note, { passive: true, capture: true });
  return () => {
    touchedAt = null;
    for (const touch of touches) target.removeEventListener(touch, note, { capture: true });
  };
}

/**
 * What to send with a request. A page that nobody touches goes on asking by itself; it says so, and then
 * its requests keep no session alive.
 */
export function withAttendance(init: RequestInit | undefined): RequestInit | undefined {
  if (touchedAt === null || performance.now() - touchedAt < unattendedMs) return init;
  const headers = new Headers(init?.headers);
  headers.set('custos-unattended', '1');
  return { ...init, headers };
}
