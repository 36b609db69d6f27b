import { expect, test } from 'vitest';
import { initialOptions, sendable, shapeOf, type OptionsSchema } from './schema.ts';

test('every form that the kinds use gets a control of its own', () => {
  expect(shapeOf({ type: 'string' }).shape).toBe('text');
  expect(shapeOf({ type: 'string', multiline: true }).shape).toBe('long-text');
  expect(shapeOf({ type: 'string', secret: true }).shape).toBe('secret');
  expect(shapeOf({ type: 'integer', unit: 'ms' }).shape).toBe('duration');
  expect(shapeOf({ type: 'boolean' }).shape).toBe('switch');
  expect(shapeOf({ type: 'string', enum: ['A', 'AAAA'] }).shape).toBe('choice');
  expect(shapeOf({ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } }).shape).toBe(
    'lines',
  );
  expect(shapeOf({ type: 'object', additionalProperties: { type: 'string' } }).shape).toBe('pairs');
  expect(shapeOf({ type: 'array', items: { type: 'object' } }).shape).toBe('json');
});

test('a value that may be null keeps its limits and says that it may', () => {
  const found = shapeOf({ title: 'CPU', anyOf: [{ type: 'number', minimum: 1 }, { type: 'null' }] });
  expect(found).toMatchObject({ shape: 'number', nullable: true, schema: { minimum: 1, title: 'CPU' } });
});

const schema: OptionsSchema = {
  properties: {
    url: { type: 'string' },
    method: { type: 'string', default: 'GET' },
    password: { secret: true },
  },
};

test('a stored secret that nobody typed over is not sent, and neither is an empty field', () => {
  const values = { url: '', method: 'GET', password: { secret: true }, other: 1 };
  expect(sendable(schema, values)).toEqual({ method: 'GET' });
  expect(sendable(schema, { ...values, password: 'new' })).toEqual({ method: 'GET', password: 'new' });
});

test('what is stored wins over the default', () => {
  expect(initialOptions(schema)).toEqual({ method: 'GET' });
  expect(initialOptions(schema, { method: 'HEAD' })).toEqual({ method: 'HEAD' });
});
