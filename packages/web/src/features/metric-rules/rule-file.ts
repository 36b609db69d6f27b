/** A rule file whose one rule opens an alert for what an expression gives. */
export function ruleFileOf(expression: string): string {
  // In a block of text nothing of the expression means anything to YAML.
  const lines = expression
    .trim()
    .split('\n')
    .map((line) => `          ${line}`)
    .join('\n');
  return `groups:
  - name: mine
    interval: 30s
    rules:
      # Fires for each series that the expression gives: compare it with something, such as > 1.
      - alert: Unnamed
        expr: |-
${lines}
        for: 5m
        labels:
          severity: warning
        annotations:
          summary: 'The value is {{ $value | humanize }}'
`;
}
