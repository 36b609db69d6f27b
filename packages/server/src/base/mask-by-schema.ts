import {
  type Permission,
  type PersonalDataClass,
  personalDataPermission,
  type PersonalDataRule,
  personalDataRuleOf,
} from '@custos/contract';
import { z } from 'zod';
import { mask } from './mask.ts';
import { maskText } from './mask-text.ts';
import { someSchema } from './schema-children.ts';

/** Who reads, as far as masking is concerned. An identity is one. */
export interface Viewer {
  readonly userId: string;
  readonly tokenId: string | null;
  readonly permissions: ReadonlySet<Permission>;
}

/** Masks the classed fields of values of one schema, as they go on the wire. */
export interface SchemaMasker {
  /** The value with everything masked that the viewer may not see; nobody (null) sees nothing. Never changes `value`. */
  mask(value: unknown, viewer: Viewer | null): unknown;
  /** What is seen depends on who somebody is, and not on their permissions alone. */
  readonly knowsOwners: boolean;
}

type Schema = z.core.$ZodType;
type Fields = Readonly<Record<string, unknown>>;
/** Masks one place; `beside` is the object around it, with the id of its owner. */
type Step = (value: unknown, viewer: Viewer | null, beside: Fields | null) => unknown;
/** The step of a schema; undefined when nothing in it is classed. */
type StepOf = (schema: Schema) => Step | undefined;

/** A value of each class, to see whether a schema takes what masking makes of it. */
const samples: Readonly<Record<PersonalDataClass, string>> = {
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  phone: '+44 20 7946 0958',
  address: '10 Downing Street, London, United Kingdom',
  ip: '203.0.113.7',
  wallet: '0x52908400098527886E0F7030069857D2E4169EE7',
  document: 'GB29NWBK60161331926819',
  'free-text': 'Ada called',
};

const isClassed = (schema: Schema): boolean => personalDataRuleOf(schema) !== undefined;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function maySee(rule: PersonalDataRule, viewer: Viewer | null, beside: Fields | null): boolean {
  if (viewer === null) return false;
  if (rule.alsoFor.some((permission) => viewer.permissions.has(permission))) return true;
  if (rule.owner === null) return false;
  const owner = beside?.[rule.owner];
  return typeof owner === 'string' && (owner === viewer.userId || owner === viewer.tokenId);
}

function textStep(schema: Schema, rule: PersonalDataRule): Step {
  if (rule.byShape === true) {
    return (value, viewer, beside) =>
      typeof value !== 'string' || maySee(rule, viewer, beside) ? value : maskText(value);
  }
  const masked = mask(rule.class, samples[rule.class]);
  if (!z.safeDecode(schema, masked as never).success) {
    throw new TypeError(`A field of class ${rule.class} does not take masked values, such as ${masked}.`);
  }
  return (value, viewer, beside) => {
    if (value === null || value === undefined || maySee(rule, viewer, beside)) return value;
    return typeof value === 'string' ? mask(rule.class, value) : null;
  };
}

function listStep(stepAt: (index: number) => Step | undefined): Step {
  return (value, viewer, beside) => {
    if (!Array.isArray(value)) return value;
    let copy: unknown[] | undefined;
    for (let index = 0; index < value.length; index += 1) {
      const before: unknown = value[index];
      const step = stepAt(index);
      const after = step === undefined ? before : step(before, viewer, beside);
      if (after === before) continue;
      copy ??= [...value];
      copy[index] = after;
    }
    return copy ?? value;
  };
}

function objectStep(
  fields: readonly (readonly [string, Step])[],
  rest: Step | undefined,
  named: Set<string>,
): Step {
  return (value, viewer) => {
    if (!isObject(value)) return value;
    let copy: Record<string, unknown> | undefined;
    const put = (name: string, step: Step): void => {
      const before = value[name];
      const after = step(before, viewer, value);
      if (after === before) return;
      copy ??= { ...value };
      copy[name] = after;
    };
    for (const [name, step] of fields) if (Object.hasOwn(value, name)) put(name, step);
    if (rest !== undefined) for (const name of Object.keys(value)) if (!named.has(name)) put(name, rest);
    return copy ?? value;
  };
}

/** Names that are the same when masked get a number, so that no entry is lost. */
function unused(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2, free = name; ; number += 1) {
    if (!taken.has(free)) return free;
    free = `${name} (${number})`;
  }
}

function recordStep(keys: Step | undefined, values: Step | undefined): Step {
  return (value, viewer, beside) => {
    if (!isObject(value)) return value;
    const taken = new Set<string>();
    const entries = Object.entries(value).map(([key, entry]) => {
      const shown = keys === undefined ? key : unused(String(keys(key, viewer, beside)), taken);
      taken.add(shown);
      return [shown, values === undefined ? entry : values(entry, viewer, beside)] as const;
    });
    return Object.fromEntries(entries);
  };
}

/** One after the other. */
function allSteps(steps: readonly (Step | undefined)[]): Step {
  const present = steps.filter((step) => step !== undefined);
  return (value, viewer, beside) => present.reduce((last, step) => step(last, viewer, beside), value);
}

/** A record whose names are personal data: masked first, the fields that another schema knows would be missed. */
function hasClassedNames(schema: Schema): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'record' && someSchema(def.keyType, isClassed);
}

/** The steps of schemas that look at the same value. */
function overlappingSteps(schemas: readonly Schema[], stepOf: StepOf): Step {
  if (schemas.some((schema) => someSchema(schema, hasClassedNames))) {
    throw new TypeError(
      'Names that are personal data need a union with a discriminator, and no intersection.',
    );
  }
  return allSteps(schemas.map(stepOf));
}

/** The options of a union by the value of its discriminator. */
function byDiscriminator(def: z.core.$ZodUnionDef, discriminator: string): ReadonlyMap<unknown, Schema> {
  return new Map(
    def.options.flatMap((option) =>
      [...(option._zod.propValues?.[discriminator] ?? [])].map((literal) => [literal, option] as const),
    ),
  );
}

/**
 * Where nothing says of which option a value is, each masks what it classes: rather too much than what
 * nobody may see.
 */
function unionStep(def: z.core.$ZodUnionDef & { readonly discriminator?: string }, stepOf: StepOf): Step {
  const { discriminator } = def;
  if (discriminator === undefined) return overlappingSteps(def.options, stepOf);
  const any = allSteps(def.options.map(stepOf));
  const known = byDiscriminator(def, discriminator);
  return (value, viewer, beside) => {
    const option = isObject(value) ? known.get(value[discriminator]) : undefined;
    const step = option === undefined ? any : stepOf(option);
    return step === undefined ? value : step(value, viewer, beside);
  };
}

type Kind = z.core.$ZodTypeDef['type'];
type DefOf<Type extends Kind> = Extract<z.core.$ZodTypes['_zod']['def'], { type: Type }>;
type Make<Def> = (def: Def, stepOf: StepOf) => Step | undefined;

const inside: Make<{ readonly innerType: Schema }> = (def, stepOf) => stepOf(def.innerType);

/** How the classed fields inside each kind of schema are masked; JSON has no place for the other kinds. */
const kinds: { readonly [Type in Kind]?: Make<DefOf<Type>> } = {
  object: (def, stepOf) => {
    const fields = Object.entries(def.shape).flatMap(([name, field]) => {
      const step = stepOf(field);
      return step === undefined ? [] : [[name, step] as const];
    });
    const rest = def.catchall === undefined ? undefined : stepOf(def.catchall);
    return objectStep(fields, rest, new Set(Object.keys(def.shape)));
  },
  array: (def, stepOf) => {
    const step = stepOf(def.element);
    return listStep(() => step);
  },
  tuple: (def, stepOf) => {
    const steps = def.items.map(stepOf);
    const rest = def.rest === null ? undefined : stepOf(def.rest);
    return listStep((index) => (index < steps.length ? steps[index] : rest));
  },
  record: (def, stepOf) => recordStep(stepOf(def.keyType), stepOf(def.valueType)),
  union: unionStep,
  intersection: (def, stepOf) => overlappingSteps([def.left, def.right], stepOf),
  // The wire has what goes in; a preprocessing step has its shape on the other side.
  pipe: (def, stepOf) => allSteps([stepOf(def.in), stepOf(def.out)]),
  lazy: (def, stepOf) => stepOf(def.getter()),
  optional: inside,
  nullable: inside,
  nonoptional: inside,
  default: inside,
  prefault: inside,
  catch: inside,
  readonly: inside,
};

function make(schema: Schema, stepOf: StepOf): Step | undefined {
  const rule = personalDataRuleOf(schema);
  if (rule !== undefined) return textStep(schema, rule);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const kind = kinds[def.type] as Make<typeof def> | undefined;
  if (kind !== undefined) return kind(def, stepOf);
  throw new TypeError(`Personal data inside a ${def.type} cannot be masked; use a list or an object.`);
}

/** The steps of all schemas that hold classed fields, each made once, so that a schema may hold itself. */
function createSteps(): StepOf {
  const made = new Map<Schema, Step | undefined>();
  const stepOf: StepOf = (schema) => {
    if (!made.has(schema)) {
      let step: Step | undefined;
      // What holds itself meets this one, which waits for the step to be there.
      made.set(schema, (value, viewer, beside) => (step === undefined ? value : step(value, viewer, beside)));
      step = someSchema(schema, isClassed) ? make(schema, stepOf) : undefined;
      made.set(schema, step);
    }
    return made.get(schema);
  };
  return stepOf;
}

/**
 * Compiles what masks the personal data in values of a schema: once, and then for every value. Undefined
 * when the schema classes nothing.
 *
 * @throws TypeError when a classed field would not take its masked value, or lies where JSON has no place.
 */
export function compileMasker(schema: Schema): SchemaMasker | undefined {
  const step = createSteps()(schema);
  if (step === undefined) return undefined;
  return {
    mask: (value, viewer) =>
      viewer?.permissions.has(personalDataPermission) === true ? value : step(value, viewer, null),
    knowsOwners: someSchema(schema, (part) => (personalDataRuleOf(part)?.owner ?? null) !== null),
  };
}
