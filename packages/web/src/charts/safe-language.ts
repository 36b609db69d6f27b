// uPlot formats numbers in the browser's language as it loads, and some browsers (headless ones with a POSIX
// locale) name a language that the standard does not know. Imported before it.
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-GB', configurable: true });
}
