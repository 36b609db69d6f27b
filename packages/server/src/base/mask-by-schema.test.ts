import {
  type Permission,
  personal,
  personalByShape,
  personalDataClasses,
  type PersonalDataClass,
} from '@custos/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { compileMasker, type Viewer } from './mask-by-schema.ts';
import { someSchema } from './schema-children.ts';

const viewer = (...permissions: Permission[]): Viewer => ({
  userId: 'usr_me',
  tokenId: null,
  permissions: new Set(permissions),
});
const masked = (schema: z.ZodType, value: unknown, who: Viewer | null = viewer()): unknown =>
  compileMasker(schema)?.mask(value, who);

const user = z.object({
  id: z.string(),
  email: personal('email', { alsoFor: 'user.manage', owner: 'id' })(z.string()),
  name: personal('name', { owner: 'id' })(z.string().nullable()),
  role: z.string(),
});
const ada = { id: 'usr_ada', email: 'ada@example.com', name: 'Ada Lovelace', role: 'viewer' };

describe('a classed field', () => {
  test('is masked for those without the permission, and for nobody', () => {
    const shown = { id: 'usr_ada', email: 'a***@example.com', name: 'A*** L***', role: 'viewer' };
    expect(masked(user, ada)).toEqual(shown);
    expect(masked(user, ada, null)).toEqual(shown);
    expect(ada.email).toBe('ada@example.com');
  });

  test('is seen by those who may see personal data', () => {
    expect(masked(user, ada, viewer('pii.read'))).toBe(ada);
  });

  test('is seen by those whose work needs this one, and the others are not', () => {
    expect(masked(user, ada, viewer('user.manage'))).toEqual({ ...ada, name: 'A*** L***' });
  });

  test('is seen by the one whom it is about, by user or by token', () => {
    expect(masked(user, { ...ada, id: 'usr_me' })).toEqual({ ...ada, id: 'usr_me' });
    const token: Viewer = { ...viewer(), tokenId: 'usr_ada' };
    expect(masked(user, ada, token)).toBe(ada);
    expect(masked(user, { ...ada, id: null })).toMatchObject({ email: 'a***@example.com' });
  });

  test('that is a text of programs keeps what has no shape of personal data', () => {
    const error = z.object({
      at: z.number(),
      error: personalByShape({ alsoFor: 'job.manage' })(z.string().nullable()),
    });
    const value = { at: 1, error: 'role ada@example.com does not exist' };
    expect(masked(error, value)).toEqual({ at: 1, error: 'role a***@example.com does not exist' });
    expect(masked(error, value, null)).toEqual({ at: 1, error: 'role a***@example.com does not exist' });
    expect(masked(error, value, viewer('job.manage'))).toBe(value);
    expect(masked(error, value, viewer('pii.read'))).toBe(value);
    for (const plain of [
      { at: 1, error: 'timeout' },
      { at: 1, error: null },
    ]) {
      expect(masked(error, plain)).toBe(plain);
    }
  });

  test('that is not text is not shown at all', () => {
    expect(masked(user, { ...ada, email: 4711 })).toMatchObject({ email: null });
    expect(masked(z.array(personal('email')(z.string())), [4711])).toEqual([null]);
  });

  test('that is absent or null stays so', () => {
    expect(masked(user, { id: 'usr_ada', name: null })).toEqual({ id: 'usr_ada', name: null });
  });
});

test('a schema without classed fields has no masker, even when it holds itself', () => {
  const tree = z.object({
    name: z.string(),
    get children() {
      return z.array(tree);
    },
  });
  expect(compileMasker(tree)).toBeUndefined();
  expect(compileMasker(z.unknown())).toBeUndefined();
});

test('a schema that holds itself is masked to the bottom', () => {
  const tree = z.object({
    owner: personal('name')(z.string()),
    get children() {
      return z.array(tree).nullable();
    },
  });
  const leaf = { owner: 'Ada Lovelace', children: null };
  const hidden = { owner: 'A*** L***', children: null };
  expect(masked(tree, { ...leaf, children: [leaf, { ...leaf, children: [leaf] }] })).toEqual({
    ...hidden,
    children: [hidden, { ...hidden, children: [hidden] }],
  });
});

test('of a union only the branch that the value is of is masked, where its discriminator says which', () => {
  const schema = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('mail'), to: personal('email')(z.string()) }),
    z.object({ kind: z.literal('hook'), to: z.string() }),
  ]);
  expect(masked(schema, { kind: 'mail', to: 'ada@example.com' })).toMatchObject({ to: 'a***@example.com' });
  expect(masked(schema, { kind: 'hook', to: 'https://x.example' })).toMatchObject({
    to: 'https://x.example',
  });
  expect(masked(schema, { kind: 'moon', to: 'ada@example.com' })).toMatchObject({ to: 'a***@example.com' });
});

test('keys can be personal data too, and no entry is lost when two look alike', () => {
  const schema = z.record(personal('email')(z.string()), z.number());
  expect(masked(schema, { 'ada@example.com': 1, 'alan@example.com': 2, 'bob@example.com': 3 })).toEqual({
    'a***@example.com': 1,
    'a***@example.com (2)': 2,
    'b***@example.com': 3,
  });
});

test('a field that would refuse its masked value is refused when it is compiled', () => {
  expect(() => compileMasker(z.object({ email: personal('email')(z.email()) }))).toThrow(/does not take/);
  expect(() => compileMasker(z.set(personal('email')(z.string())))).toThrow(/inside a set/);
  const byMail = z.record(personal('email')(z.string()), z.number());
  expect(() => compileMasker(z.union([byMail, z.object({})]))).toThrow(/discriminator/);
  expect(() => compileMasker(z.intersection(byMail, z.object({})))).toThrow(/discriminator/);
});

test('who somebody is matters only where a field has an owner', () => {
  expect(compileMasker(user)?.knowsOwners).toBe(true);
  expect(compileMasker(z.array(personal('ip')(z.string())))?.knowsOwners).toBe(false);
});

/** A schema with a value of it and the personal data inside. */
interface Sample {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly canaries: readonly string[];
}

const words = fc.stringMatching(/^[a-z]{6,10}$/);
const canaryOf: Readonly<Record<PersonalDataClass, fc.Arbitrary<string>>> = {
  email: fc.tuple(words, words).map(([local, host]) => `${local}@${host}.example`),
  name: fc.tuple(words, words).map((pair) => pair.join(' ')),
  phone: fc.stringMatching(/^\+[1-9][0-9]{9,12}$/),
  address: fc.tuple(words, words).map(([street, town]) => `1 ${street} street, ${town}`),
  ip: fc.oneof(fc.ipV4(), fc.ipV6()),
  wallet: fc.stringMatching(/^0x[0-9a-f]{40}$/),
  document: fc.stringMatching(/^[A-Z]{2}[0-9]{8,14}$/),
  'free-text': fc.tuple(words, words, words).map((list) => list.join(' ')),
};

const classed = fc
  .constantFrom(...personalDataClasses)
  .chain((dataClass) => fc.record({ dataClass: fc.constant(dataClass), canary: canaryOf[dataClass] }))
  .chain(({ dataClass, canary }) => {
    const text = personal(dataClass)(z.string());
    const shapes: readonly z.ZodType[] = [
      text,
      text.nullable(),
      text.optional(),
      text.default('nobody'),
      text.readonly(),
      text.trim(),
      personal(dataClass)(z.string().nullable()),
      z.lazy(() => text),
      z.codec(text, z.string(), { decode: (wire) => wire, encode: (code) => code }),
      z.union([z.number(), text]),
      z.union([z.string(), text]),
    ];
    return fc
      .constantFrom(...shapes)
      .map((schema): Sample => ({ schema, value: canary, canaries: [canary] }));
  });

const plain = fc.oneof(
  fc.string().map((value): Sample => ({ schema: z.string(), value: `open ${value}`, canaries: [] })),
  fc.integer().map((value): Sample => ({ schema: z.number().nullable(), value, canaries: [] })),
  fc.constant<Sample>({ schema: z.unknown(), value: { any: [true] }, canaries: [] }),
);

const objectOf = (parts: readonly Sample[], prefix = 'f') => {
  const keyed = parts.map((part, index) => [`${prefix}${index}`, part] as const);
  return {
    shape: Object.fromEntries(keyed.map(([key, { schema }]) => [key, schema])),
    value: Object.fromEntries(keyed.map(([key, { value }]) => [key, value])),
    canaries: parts.flatMap(({ canaries }) => canaries),
  };
};

const { sample } = fc.letrec<{ sample: Sample; many: Sample[] }>((tie) => ({
  many: fc.array(tie('sample'), { minLength: 1, maxLength: 4 }),
  sample: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: plain, weight: 1 },
    { arbitrary: classed, weight: 3 },
    tie('many').map((parts): Sample => {
      const { shape, value, canaries } = objectOf(parts);
      return { schema: z.object(shape), value, canaries };
    }),
    fc.tuple(tie('sample'), fc.nat(3)).map(([part, length]): Sample => ({
      schema: z.array(part.schema),
      value: Array.from({ length }, () => part.value),
      canaries: length === 0 ? [] : part.canaries,
    })),
    tie('many').map((parts): Sample => ({
      schema: z.tuple(parts.map(({ schema }) => schema) as [z.ZodType]),
      value: parts.map(({ value }) => value),
      canaries: parts.flatMap(({ canaries }) => canaries),
    })),
    fc.tuple(tie('sample'), words).map(([part, key]): Sample => ({
      schema: z.record(z.string(), part.schema),
      value: { [key]: part.value },
      canaries: part.canaries,
    })),
    tie('sample').map((part): Sample => ({
      schema: z.object({ kind: z.literal('known') }).catchall(part.schema as z.ZodString),
      value: { kind: 'known', more: part.value },
      canaries: part.canaries,
    })),
    fc.tuple(tie('many'), tie('many')).map(([left, right]): Sample => {
      const [first, second] = [objectOf(left, 'l'), objectOf(right, 'r')];
      return {
        schema: z.intersection(z.object(first.shape), z.object(second.shape)),
        value: { ...first.value, ...second.value },
        canaries: [...first.canaries, ...second.canaries],
      };
    }),
    fc.tuple(tie('many'), tie('many')).map(([left, right]): Sample => {
      const [first, second] = [objectOf(left), objectOf(right)];
      return {
        schema: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('first'), ...first.shape }),
          z.object({ kind: z.enum(['second', 'third']), ...second.shape }),
        ]),
        value: { kind: 'third', ...second.value },
        canaries: second.canaries,
      };
    }),
    fc.tuple(tie('many'), tie('many')).map(([left, right]): Sample => {
      const [first, second] = [objectOf(left), objectOf(right)];
      return {
        schema: z.union([z.object(first.shape), z.object(second.shape)]).optional(),
        value: second.value,
        canaries: second.canaries,
      };
    }),
  ),
}));

/** Records whose names are personal data, on the outside: a union cannot hold them. */
const named = fc.tuple(sample, canaryOf.email, canaryOf.email).map(([part, first, second]): Sample => ({
  schema: z.object({ byMail: z.record(personal('email')(z.string()), part.schema) }),
  value: { byMail: { [first]: part.value, [second]: part.value } },
  canaries: [first, second, ...part.canaries],
}));

const isOpenUnion = (schema: z.core.$ZodType): boolean => {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'union' && !('discriminator' in def);
};

test('of random schemas no classed value survives for those without the permission, and all is there for others', () => {
  let seen = 0;
  fc.assert(
    fc.property(fc.oneof(sample, named), ({ schema, value, canaries }) => {
      const encoded = z.safeEncode(schema, value as never);
      if (!encoded.success) throw new Error(`a sample that does not fit: ${encoded.error.message}`);
      const wire: unknown = encoded.data;
      const masker = compileMasker(schema);
      const before = JSON.stringify(wire);
      for (const who of [null, viewer('audit.read', 'user.manage', 'data.export')]) {
        const shown = masker === undefined ? wire : masker.mask(wire, who);
        const text = JSON.stringify(shown) ?? '';
        for (const canary of canaries) {
          seen += 1;
          expect(text).not.toContain(JSON.stringify(canary).slice(1, -1));
        }
        // What is shown is still of the schema: clients read it as they read everything. Where several
        // options of a union fit, each may mask what the other needs.
        if (!someSchema(schema, isOpenUnion))
          expect(z.safeDecode(schema, shown as never).error?.issues).toBeUndefined();
      }
      expect(JSON.stringify(wire)).toBe(before);
      if (masker !== undefined) expect(masker.mask(wire, viewer('pii.read'))).toBe(wire);
    }),
    { numRuns: 1_500 },
  );
  expect(seen).toBeGreaterThan(1_000);
});
