import { expect, test } from 'vitest';
import { ago, bytes, duration, latency, measured, roleWords, share, valueTitle } from './format.ts';

test('a length of time is told in its two largest units', () => {
  expect(duration(250)).toBe('250 ms');
  expect(duration(45_000)).toBe('45 s');
  expect(duration(125_000)).toBe('2 min 5 s');
  expect(duration(3_600_000)).toBe('1 h');
  expect(duration(90_061_000)).toBe('1 d 1 h');
});

test('the past and the future are told apart', () => {
  expect(ago(1000, 2000)).toBe('now');
  expect(ago(0, 65_000)).toBe('1 min ago');
  expect(ago(7_200_000, 0)).toBe('in 2 h');
});

test('a share is never rounded up to 100%', () => {
  expect(share(1)).toBe('100%');
  expect(share(0.999_999)).toBe('99.99%');
  expect(share(null)).toBe('–');
});

test('no measurement is a dash and not zero', () => {
  expect(latency(null)).toBe('–');
  expect(latency(0)).toBe('0.0 ms');
  expect(bytes(undefined)).toBe('–');
});

test('a value is told with the unit that its name carries, also in the middle', () => {
  expect(measured('cpu_percent', 42.4)).toBe('42%');
  expect(measured('disk_free_bytes_root', 1_073_741_824)).toBe('1.0 GiB');
  expect(measured('uptime_seconds', 3600)).toBe('1 h');
  expect(measured('load1', 1.234)).toBe('1.23');
});

test('the name of a value is told without its unit', () => {
  expect(valueTitle('cpu_percent')).toBe('CPU');
  expect(valueTitle('disk_percent_root')).toBe('Disk, root');
  expect(valueTitle('load15')).toBe('Load, 15 min');
});

test('the name of a role is told in words', () => {
  expect(roleWords('senior-analyst')).toBe('Senior analyst');
  expect(roleWords('viewer')).toBe('Viewer');
});
