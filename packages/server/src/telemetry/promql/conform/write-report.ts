import type { CaseReport, ScriptReport } from './run-script.ts';

const caseLines = (word: string, cases: readonly CaseReport[]): string[] =>
  cases.map(({ line, query, reason }) => `  ${word} line ${line}: ${query}\n    ${reason}`);

/** One line per file with its counts, then each failed and each skipped case with its reason. */
export function writeReport(reports: readonly ScriptReport[]): string {
  const lines = reports.flatMap(({ name, passed, failed, skipped }) => [
    `${name}: ${passed} passed, ${failed.length} failed, ${skipped.length} skipped`,
    ...caseLines('failed', failed),
    ...caseLines('skipped', skipped),
  ]);
  return `${lines.join('\n')}\n`;
}
