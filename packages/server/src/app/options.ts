import { existsSync, readFileSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { messageOf } from '../base/errors.ts';
import { configuration, secretReference, type Configuration } from './config.ts';
import { definitionFindings } from './definition-findings.ts';
import { ConfigurationError, findingsOf, type Finding } from './findings.ts';

/** Everything the program was told, checked and complete. Nothing after this reads a file or the environment. */
export interface Options extends Configuration {
  /** Path of the configuration file; null when there is none. */
  readonly source: string | null;
  readonly listenHost: string;
  readonly listenPort: number;
  readonly dataPath: string;
  readonly stateUrl: string;
  /** Null for the embedded engine. */
  readonly columnsUrl: string | null;
  /** Null for the generated file. */
  readonly secretKeyText: string | null;
  readonly previousSecretKeyTexts: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that stand for fields of the file; a variable wins over the file. */
const variables: Readonly<Record<string, readonly string[]>> = {
  CUSTOS_LISTEN: ['listen'],
  CUSTOS_DATA_DIR: ['dataDirectory'],
  CUSTOS_STATE_URL: ['state', 'url'],
  CUSTOS_COLUMNS_URL: ['columns', 'url'],
};
const otherVariables = ['CUSTOS_CONFIG', 'CUSTOS_SECRET_KEY'];
/** What Kubernetes sets in every pod beside a Service named `custos`; nobody wrote it for us. */
const serviceLink =
  /^CUSTOS_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;
const fileNames = ['custos.config.ts', 'custos.config.js', 'custos.yaml', 'custos.yml'];

const helperUrl = new URL('./define-config.ts', import.meta.url).href;

export interface LoadRequest {
  /** Path given on the command line. */
  readonly file?: string | undefined;
  readonly environment?: Environment;
  readonly directory?: string;
}

/**
 * Reads the file and the environment into options. Raises `ConfigurationError` with every finding: its
 * path, the value, and what would be right.
 */
export async function loadOptions(request: LoadRequest = {}): Promise<Options> {
  const { environment = process.env, directory = process.cwd() } = request;
  const source = findFile(request.file ?? environment['CUSTOS_CONFIG'], directory);
  const raw = source === null ? {} : await readFile(source);
  const findings: Finding[] = [];

  const known = new Set([...Object.keys(variables), ...otherVariables]);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('CUSTOS_') || known.has(name) || serviceLink.test(name)) continue;
    findings.push({
      path: name,
      value: '',
      message: `is not a known variable; there are ${[...known].join(', ')}`,
    });
  }

  const merged = mergeVariables(raw, environment);
  const base = source === null ? directory : dirname(source);
  const resolved = resolveSecrets(merged, { environment, base, findings, path: '' });
  const parsed = configuration.safeParse(resolved);
  if (!parsed.success) findings.push(...findingsOf(parsed.error, resolved));
  if (parsed.success) findings.push(...crossCheck(parsed.data), ...definitionFindings(parsed.data));
  if (findings.length > 0 || !parsed.success) throw new ConfigurationError(source ?? 'environment', findings);
  return complete(parsed.data, { source, base, environment });
}

function findFile(given: string | undefined, directory: string): string | null {
  if (given !== undefined && given !== '') {
    const path = resolve(directory, given);
    if (existsSync(path)) return path;
    throw new ConfigurationError('configuration', [{ path: given, value: '', message: 'is not a file' }]);
  }
  const name = fileNames.find((candidate) => existsSync(join(directory, candidate)));
  return name === undefined ? null : join(directory, name);
}

async function readFile(path: string): Promise<unknown> {
  try {
    if (/\.ya?ml$/.test(path)) return (parseYaml(readFileSync(path, 'utf8')) as unknown) ?? {};
    // So that a file anywhere finds `custos/config`, and not only one beside our `node_modules`.
    const hooks = registerHooks({
      resolve: (specifier, context, next) =>
        next(specifier === 'custos/config' ? helperUrl : specifier, context),
    });
    const loading = import(pathToFileURL(path).href).finally(() => hooks.deregister());
    const loaded = (await loading) as { default?: unknown };
    return loaded.default ?? {};
  } catch (error) {
    throw new ConfigurationError(path, [{ path: 'file', value: '', message: messageOf(error) }]);
  }
}

function mergeVariables(raw: unknown, environment: Environment): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const merged: Record<string, unknown> = { ...raw };
  for (const [name, path] of Object.entries(variables)) {
    const value = environment[name];
    const [first = '', second] = path;
    if (value === undefined || value === '') continue;
    if (second === undefined) merged[first] = value;
    else merged[first] = { ...(merged[first] as object | undefined), [second]: value };
  }
  return merged;
}

interface SecretContext {
  readonly environment: Environment;
  readonly base: string;
  readonly findings: Finding[];
  readonly path: string;
}

/** Fields that keep the reference, since `complete` reads them. */
const keptReferences = /^(secretKey|previousSecretKeys\[\d+\])$/;

/** Replaces each `{ env }` and `{ file }` by what it refers to. */
function resolveSecrets(value: unknown, context: SecretContext): unknown {
  if (Array.isArray(value)) {
    return value.map((entry, index) =>
      resolveSecrets(entry, { ...context, path: `${context.path}[${index}]` }),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  const reference = secretReference.safeParse(value);
  if (reference.success) {
    const text = readReference(reference.data, context);
    if (text === undefined) {
      const what =
        'env' in reference.data ? `the variable ${reference.data.env}` : `the file ${reference.data.file}`;
      context.findings.push({
        path: context.path,
        value: '',
        message: `refers to ${what}, which is not there`,
      });
    }
    return keptReferences.test(context.path) ? value : (text ?? '');
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      resolveSecrets(entry, { ...context, path: context.path === '' ? key : `${context.path}.${key}` }),
    ]),
  );
}

function readReference(
  reference: { env: string } | { file: string },
  { environment, base }: Pick<SecretContext, 'environment' | 'base'>,
): string | undefined {
  if ('env' in reference) return environment[reference.env];
  const path = isAbsolute(reference.file) ? reference.file : join(base, reference.file);
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8').trim() : undefined;
}

/** Names must be unique and must exist where they are used; what is set must fit together. */
function crossCheck(options: Configuration): Finding[] {
  const findings: Finding[] = [];
  const { url } = options.state;
  if (options.audit.backup !== undefined && typeof url === 'string' && /^postgres(ql)?:/.test(url)) {
    findings.push({
      path: 'audit.backup',
      value: '',
      message: 'must be left out: with PostgreSQL the audit logs are backed up with the database',
    });
  }
  const lists = ['services', 'probes', 'channels', 'rules'] as const;
  for (const list of lists) {
    const seen = new Set<string>();
    options[list].forEach(({ name }, index) => {
      if (seen.has(name)) {
        findings.push({
          path: `${list}[${index}].name`,
          value: JSON.stringify(name),
          message: 'is used twice',
        });
      }
      seen.add(name);
    });
  }
  const services = new Set(options.services.map((service) => service.name));
  const refer = (path: string, wanted: readonly string[]): void => {
    for (const name of wanted) {
      if (services.has(name)) continue;
      findings.push({
        path,
        value: JSON.stringify(name),
        message: 'must be the name of a service in this file',
      });
    }
  };
  options.services.forEach((service, index) => refer(`services[${index}].dependsOn`, service.dependsOn));
  options.probes.forEach((probe, index) =>
    refer(`probes[${index}].service`, probe.service ? [probe.service] : []),
  );
  return findings;
}

function complete(
  parsed: Configuration,
  context: { source: string | null; base: string; environment: Environment },
): Options {
  const { source, base, environment } = context;
  const dataPath = resolve(base, parsed.dataDirectory);
  const split = parsed.listen.lastIndexOf(':');
  const text = (url: unknown): string | null => (typeof url === 'string' ? url : null);
  const secretOf = (reference: { env: string } | { file: string }) =>
    readReference(reference, { environment, base });
  const secretKey = environment['CUSTOS_SECRET_KEY'] ?? (parsed.secretKey && secretOf(parsed.secretKey));
  return {
    ...parsed,
    source,
    listenHost: parsed.listen.slice(0, split).replace(/^\[(.*)\]$/, '$1'),
    listenPort: Number(parsed.listen.slice(split + 1)),
    dataPath,
    stateUrl: text(parsed.state.url) ?? `sqlite:${join(dataPath, 'state.sqlite')}`,
    columnsUrl: text(parsed.columns.url),
    secretKeyText: secretKey ?? null,
    previousSecretKeyTexts: parsed.previousSecretKeys.map((reference) => secretOf(reference) ?? ''),
  };
}
