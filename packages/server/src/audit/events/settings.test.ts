import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import { auditConstants, type ConstantName } from './constants.ts';
import { profiles, type ProfileName } from './profiles.ts';
import { retentionClasses } from './retention.ts';
import { auditSettings } from './settings.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../../../../docs/audit.md'), 'utf8');

test('without settings the defaults of the rows A1, A4, A11 and A13 are in force', () => {
  expect(auditSettings()).toEqual({
    BATCH_SIZE: 100,
    FLUSH_INTERVAL_SECONDS: 5,
    MAX_FILE_SIZE_MB: 100,
    COMPRESSION_LEVEL: 6,
    RETENTION_DAYS: 90,
    RATE_LIMIT_PER_SECOND: 100,
    RATE_LIMIT_BURST: 200,
    BUFFER_WARNING: 500,
    BUFFER_CRITICAL: 800,
    QUERY_WARNING_MS: 100,
    QUERY_CRITICAL_MS: 500,
    LOG_SIZE_WARNING_GB: 1,
    LOG_SIZE_CRITICAL_GB: 5,
    SECURITY_EVENTS_WARNING: 50,
    SECURITY_EVENTS_CRITICAL: 100,
    BLOCKED_WARNING: 100,
    BLOCKED_CRITICAL: 500,
  });
});

test('the ends of every range are taken and what lies beyond is refused with the range', () => {
  for (const [name, { min, max }] of Object.entries(auditConstants)) {
    // A warning at the upper end needs its critical there too, and a rate its burst.
    const beside = {
      ...(name.endsWith('WARNING') && { [name.replace('WARNING', 'CRITICAL')]: max }),
      ...(name.includes('_WARNING_') && { [name.replace('WARNING', 'CRITICAL')]: max }),
      ...(name === 'RATE_LIMIT_PER_SECOND' && { RATE_LIMIT_BURST: 1_000_000 }),
    };
    const low = name.includes('CRITICAL') ? { [name.replace('CRITICAL', 'WARNING')]: min } : {};
    const slow = name === 'RATE_LIMIT_BURST' ? { RATE_LIMIT_PER_SECOND: 1 } : {};
    expect(auditSettings({ ...low, ...slow, [name]: min })[name as ConstantName]).toBe(min);
    expect(auditSettings({ ...beside, [name]: max })[name as ConstantName]).toBe(max);
    for (const wrong of [min - 0.1 * min, max * 1.1, Number.NaN, '100', null]) {
      expect(() => auditSettings({ [name]: wrong }), `${name} ${String(wrong)}`).toThrow(/not valid/);
    }
  }
});

test('names that are not known, fractions of things and warnings above criticals are named', () => {
  const fields = (set: Record<string, unknown>) => {
    try {
      return auditSettings(set);
    } catch (error) {
      return (error as { fields: readonly { field: string }[] }).fields.map(({ field }) => field);
    }
  };
  expect(fields({ BATCHSIZE: 100, BATCH_SIZE: 10.5, QUERY_WARNING_MS: 600 })).toEqual([
    'BATCHSIZE',
    'BATCH_SIZE',
    'QUERY_WARNING_MS',
  ]);
  expect(fields({ RATE_LIMIT_PER_SECOND: 5000 })).toEqual(['RATE_LIMIT_BURST']);
  expect(fields({ toString: 1 })).toEqual(['toString']);
});

test('every profile is valid, and what is set outranks it', () => {
  for (const name of Object.keys(profiles) as ProfileName[]) {
    expect(auditSettings({}, name)).toMatchObject(profiles[name].settings);
    expect(auditSettings({ BATCH_SIZE: 77 }, name).BATCH_SIZE).toBe(77);
    expect(() => auditSettings({ ...profiles[name].settings })).not.toThrow();
  }
});

test('the page in docs names every constant, profile, type and retention class as it is', () => {
  for (const [name, { default: value, min, max, unit, row }] of Object.entries(auditConstants)) {
    expect(page).toContain(`| \`${name}\` | ${value} | ${min} to ${max} | ${unit} | ${row} |`);
  }
  for (const [name, { settings }] of Object.entries(profiles)) {
    const text = Object.entries(settings)
      .map(([constant, value]) => `\`${constant}\` ${value}`)
      .join(', ');
    expect(page).toContain(`| \`${name}\` | ${text} |`);
  }
  for (const { type, title, retention, severity, sealedPaths } of createCatalogue().list()) {
    const sealed = [...sealedPaths.keys()]
      .filter((path) => path.startsWith('details.'))
      .map((path) => `\`${path}\``);
    expect(page).toContain(`| \`${type}\` | ${title} | ${retention} | ${severity} | ${sealed.join(', ')} |`);
  }
  for (const { name, days } of retentionClasses)
    expect(page).toContain(`| \`${name}\` | ${days ?? 'for ever'} |`);
});
