/** Checks of contributions beyond the types of their fields. */
import type { TSchema } from '@sinclair/typebox';
import type { ImageBuilder } from './imageBuilder.ts';
import type { ImageSource } from './imageSource.ts';
import type { LogDriver } from './logDriver.ts';
import type { NetworkDriver } from './networkDriver.ts';
import type { Route } from './route.ts';
import type { RuntimeProvider } from '../runtime.ts';
import { isRuntimeProgram, type RuntimeProgram, runtimeProgramProblem } from '../runtimeProgram.ts';
import type { Verb } from './verb.ts';
import { isLogOption } from '../logOptions.ts';
import type { VolumeDriver } from './volumeDriver.ts';

const verbName = /^[a-z][a-z0-9-]{0,29}$/;
const wordName = /^[a-z][a-zA-Z0-9-]*$/;
const verbDoc = /^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u;
const driverName = /^[a-z0-9][a-z0-9_.-]{0,62}$/;
const methods = ['GET', 'POST', 'PUT', 'DELETE'];

export function verbProblem({ name, doc, args, options, deadlineMs }: Verb): string | undefined {
  if (!verbName.test(name))
    return `invalid name "${name}": use at most 30 lower-case letters, digits and "-", the first a letter`;
  if (!verbDoc.test(doc)) return '`doc` must be one line of 1 to 200 characters';
  if (!isDeadline(deadlineMs)) return '`deadlineMs` must be a positive integer';
  return wordsProblem('args', args) ?? wordsProblem('options', options) ?? argsProblem(args);
}

export function routeProblem({ method, path, deadlineMs }: Route): string | undefined {
  if (!methods.includes(method)) return `\`method\` must be one of ${methods.join(', ')}`;
  if (!/^(\/:?[\w.~-]+)+$/.test(path))
    return `\`path\` must be like /users/:name, with letters, digits and "-._~"; found ${JSON.stringify(path)}`;
  if (!isDeadline(deadlineMs)) return '`deadlineMs` must be a positive integer';
  const names = path.split('/').filter((segment) => segment.startsWith(':'));
  return new Set(names).size < names.length ? `\`path\` ${path} has two parameters of one name` : undefined;
}

/** One that is data names its program; another one has all its functions. */
export function runtimeProblem(runtime: RuntimeProvider | RuntimeProgram): string | undefined {
  if (isRuntimeProgram(runtime)) return runtimeProgramProblem(runtime);
  const missing = (['containerdType', 'capabilities', 'probe', 'options'] as const).find(
    (name) => runtime[name] === undefined,
  );
  return missing && `it must have \`binary\` or \`shim\`, or else \`${missing}\``;
}

export function volumeDriverProblem({
  name,
  options,
  create,
  remove,
  deadlineMs,
}: VolumeDriver): string | undefined {
  if (create && !remove) return '`create` needs `remove`, which undoes it';
  return driverProblem({ name, options, deadlineMs });
}

export function logDriverProblem({
  name,
  options,
  defaults = {},
  deadlineMs,
  keepsLog,
  write,
}: LogDriver): string | undefined {
  if (keepsLog !== undefined && typeof keepsLog !== 'boolean') return '`keepsLog` must be true or false';
  if (keepsLog === false && write) return '`write` needs the log: omit `keepsLog`';
  const own = Object.keys(options?.properties ?? {}).find((option) => isLogOption(option));
  if (own !== undefined) return `\`options\` must not have "${own}", which is an option of every log`;
  for (const [option, value] of Object.entries(defaults as Record<string, unknown>))
    if (!isLogOption(option) || typeof value !== 'string')
      return `\`defaults\` must have texts for options of every log, such as max-size; found ${JSON.stringify(option)}`;
  return driverProblem({ name, options, deadlineMs });
}

export function imageBuilderProblem({ name }: ImageBuilder): string | undefined {
  return driverProblem({ name });
}

export function imageSourceProblem({
  name,
  references,
  deadlineMs,
  manifest,
  blob,
}: ImageSource): string | undefined {
  if (references.length === 0 || !references.every((one) => typeof one === 'string' && one !== ''))
    return '`references` must have at least one pattern, such as docker.io/library/*';
  // Pouch's own client is a source without functions.
  if (name !== 'registry' && !(manifest && blob)) return '`manifest` and `blob` must be functions';
  return driverProblem({ name, deadlineMs });
}

interface DriverForm {
  name: string;
  options?: TSchema | undefined;
  deadlineMs?: number | undefined;
}

function driverProblem({ name, options, deadlineMs }: DriverForm): string | undefined {
  if (!driverName.test(name))
    return `invalid name "${name}": use at most 63 lower-case letters, digits, "_", "." or "-", the first a letter or digit`;
  if (!isDeadline(deadlineMs)) return '`deadlineMs` must be a positive integer';
  return optionsProblem(options);
}

function isDeadline(ms: number | undefined): boolean {
  return ms === undefined || (Number.isInteger(ms) && ms > 0);
}

export function networkDriverProblem({
  name,
  options,
  namespace,
  ports,
  attach,
}: NetworkDriver): string | undefined {
  if (!driverName.test(name))
    return `invalid name "${name}": use at most 63 lower-case letters, digits, "_", "." or "-", the first a letter or digit`;
  if (options !== undefined && (options as { type?: unknown }).type !== 'object')
    return '`options` must be an object schema: write Type.Object({ … })';
  if (namespace !== undefined && !['own', 'host'].includes(namespace))
    return '`namespace` must be own or host';
  if (ports !== undefined && typeof ports !== 'boolean') return '`ports` must be a boolean';
  return namespace === 'host' && attach ? '`attach` needs a namespace of the container’s own' : undefined;
}

/** Options of a driver: a client sends each as text. */
function optionsProblem(schema: TSchema | undefined): string | undefined {
  if (schema === undefined) return undefined;
  const { type, properties } = schema as { type?: unknown; properties?: Record<string, TSchema> };
  if (type !== 'object' || !properties) return '`options` must be an object schema: write Type.Object({ … })';
  const bad = Object.keys(properties).find((name) => !isScalar(properties[name]!));
  return bad === undefined ? undefined : `\`options.${bad}\` must be a string, a number or a boolean`;
}

function isScalar({ type, enum: values, anyOf, const: only }: TSchema): boolean {
  if (Array.isArray(anyOf)) return (anyOf as TSchema[]).every(isScalar);
  if (Array.isArray(values)) return values.every((value) => typeof value === 'string');
  return typeof only === 'string' || ['string', 'integer', 'number', 'boolean'].includes(type as string);
}

/** An object schema whose values a command line can have. */
function wordsProblem(field: 'args' | 'options', schema: TSchema | undefined): string | undefined {
  if (schema === undefined) return undefined;
  const { type, properties } = schema as { type?: unknown; properties?: Record<string, TSchema> };
  if (type !== 'object' || !properties)
    return `\`${field}\` must be an object schema: write Type.Object({ … })`;
  for (const [name, value] of Object.entries(properties)) {
    if (!wordName.test(name)) return `\`${field}\` has the invalid name "${name}"`;
    if (!isWord(value, field))
      return `\`${field}.${name}\` must be a string, a number${field === 'options' ? ', a boolean' : ''} or an array of strings`;
  }
  return undefined;
}

function isWord({ type, items }: TSchema, field: 'args' | 'options'): boolean {
  if (type === 'array') return (items as TSchema | undefined)?.type === 'string';
  return ['string', 'integer', 'number', ...(field === 'options' ? ['boolean'] : [])].includes(
    type as string,
  );
}

function argsProblem(args: TSchema | undefined): string | undefined {
  const { properties = {}, required = [] } = (args ?? {}) as {
    properties?: Record<string, TSchema>;
    required?: string[];
  };
  const names = Object.keys(properties);
  const list = names.findIndex((name) => properties[name]?.type === 'array');
  if (list >= 0 && list < names.length - 1) return `\`args.${names[list]}\` is an array and must be the last`;
  const late = names.find(
    (name, index) => index > 0 && required.includes(name) && !required.includes(names[index - 1]!),
  );
  return late === undefined
    ? undefined
    : `\`args.${late}\` follows an optional argument and must be optional too`;
}
