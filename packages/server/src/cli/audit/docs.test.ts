import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { auditConfiguration } from '../../app/audit/config/configuration.ts';
import { createCatalogue } from '../../audit/events/catalogue.ts';
import { tryPrepare } from '../../audit/events/prepare.ts';
import { components } from '../../audit/health/components/list.ts';
import { auditCommand } from './audit.ts';

/** `docs/audit.md` says what is so. Its tables of constants and types are tested in `audit/events`. */
const page = readFileSync(resolve(import.meta.dirname, '../../../../../docs/audit.md'), 'utf8');

const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);

test('every command is in the table, with its subcommands and the options that the page shows', () => {
  const program = new Command();
  auditCommand(program, { exitCode: 0 });
  const audit = program.commands[0] as Command;
  const listed = [...page.matchAll(/^\| `custos audit ([a-z]+)/gm)].map(([, name]) => name);
  expect(new Set(listed)).toEqual(new Set(audit.commands.map((command) => command.name())));
  const backup = audit.commands.find((command) => command.name() === 'backup');
  for (const { name } of (backup?.commands ?? []).map((command) => ({ name: command.name() }))) {
    expect(page).toContain(`custos audit backup ${name}`);
  }
  for (const [, name = '', rest = ''] of page.matchAll(/^custos audit ([a-z]+)([^]*?)(?:#|$)/gm)) {
    const command = audit.commands.find((one) => one.name() === name);
    const known = [command, ...(command?.commands ?? [])].flatMap((one) => one?.options ?? []);
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) {
      expect(
        known.map(({ long }) => long),
        `custos audit ${name}`,
      ).toContain(option);
    }
  }
});

test('the example of events is taken by the intake as it is', () => {
  const request = blocks('').find((text) => text.startsWith('POST /api/v1/audit/events')) ?? '';
  const events = JSON.parse(request.slice(request.indexOf('\n['))) as unknown[];
  expect(events.length).toBeGreaterThan(0);
  for (const event of events) {
    expect(tryPrepare(event, { catalogue: createCatalogue(), source: 'shop', received: 0 })).toHaveProperty(
      'prepared',
    );
  }
});

test('the examples of configuration are taken, where they need no keys of others', () => {
  const examples = blocks('yaml').map((text) => (parse(text) as { audit: Record<string, unknown> }).audit);
  expect(examples.length).toBeGreaterThanOrEqual(4);
  for (const { policy: _policy, witness: _witness, anchors: _anchors, ...rest } of examples) {
    const secrets = JSON.stringify(rest).replaceAll(/\{"env":"[A-Z_]+"\}/g, '"sixteen characters and more"');
    const parsed = auditConfiguration.safeParse(JSON.parse(secrets));
    expect(parsed.error?.issues ?? []).toEqual([]);
  }
});

test('every component of health is in the table, with its setting or figures', () => {
  const table = page.slice(page.indexOf('## Health and alerts'), page.indexOf('Above means above'));
  for (const { name, figure } of components) {
    expect(table).toContain(`\n| \`${name}\` |`);
    if (figure !== null) expect(page).toContain(`\`${figure}\``);
  }
});
