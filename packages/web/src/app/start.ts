import './styles.ts';
import { config } from 'zod/v4/core';

// The schema library would compile its parsers with `new Function`; the content security policy forbids it.
config({ jitless: true });

// After an upgrade the code of a page that was not opened yet is gone; loading everything anew finds it.
window.addEventListener('vite:preloadError', (event) => {
  // Without a network it would only trade the last known state for the browser's own error page.
  if (!navigator.onLine) return;
  const tried = Number(sessionStorage.getItem('custos-reloaded-at') ?? 0);
  if (Date.now() - tried < 60_000) return;
  sessionStorage.setItem('custos-reloaded-at', String(Date.now()));
  event.preventDefault();
  window.location.reload();
});
