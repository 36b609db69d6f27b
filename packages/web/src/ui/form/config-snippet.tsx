import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import classes from '../form.module.css';

/** Writes a value the way a person writes it in TypeScript. */
function asSource(value: unknown, indent = ''): string {
  const inner = `${indent}  `;
  if (typeof value === 'string')
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  if (Array.isArray(value)) return `[${value.map((item) => asSource(item, indent)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, content]) => content !== undefined);
    if (entries.length === 0) return '{}';
    const lines = entries.map(([name, content]) => {
      const key = /^[a-zA-Z_$][\w$]*$/.test(name) ? name : asSource(name);
      return `${inner}${key}: ${asSource(content, inner)},`;
    });
    return `{\n${lines.join('\n')}\n${indent}}`;
  }
  return String(value);
}

/** The same thing as configuration, to copy into `custos.config.ts`. */
export function ConfigSnippet({ section, value }: { section: string; value: object }) {
  const [open, setOpen] = useState(false);
  const clipboard = useClipboard();
  const source = `import { defineConfig } from 'custos/config';\n\nexport default defineConfig({\n  ${section}: [\n    ${asSource(value, '    ')},\n  ],\n});\n`;
  return (
    <div className={classes['pairs']}>
      <div className={classes['foot']}>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Hide the configuration' : 'Show as configuration'}
        </Button>
        {open ? (
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<IconCopy size={12} />}
            onClick={() => clipboard.copy(source)}
          >
            {clipboard.copied ? 'Copied' : 'Copy'}
          </Button>
        ) : null}
      </div>
      {open ? (
        <pre className={classes['code']} tabIndex={0} aria-label="custos.config.ts">
          {source}
        </pre>
      ) : null}
    </div>
  );
}
