/** Checks of contributions beyond the types of their fields. */
import type { TSchema } from '@sinclair/typebox';
import type { Route } from './route.ts';
import type { Verb } from './verb.ts';

const verbName = /^[a-z][a-z0-9-]{0,29}$/;
const wordName = /^[a-z][a-zA-Z0-9-]*$/;
const methods = ['GET', 'POST', 'PUT', 'DELETE'];

export function verbProblem({ name, args, options }: Verb): string | undefined {
  if (!verbName.test(name))
    return `invalid name "${name}": use at most 30 lower-case letters, digits and "-", the first a letter`;
  return wordsProblem('args', args) ?? wordsProblem('options', options) ?? argsProblem(args);
}

export function routeProblem({ method, path }: Route): string | undefined {
  if (!methods.includes(method)) return `\`method\` must be one of ${methods.join(', ')}`;
  if (!/^(\/:?[\w.~-]+)+$/.test(path))
    return `\`path\` must be like /users/:name, with letters, digits and "-._~"; found ${JSON.stringify(path)}`;
  const names = path.split('/').filter((segment) => segment.startsWith(':'));
  return new Set(names).size < names.length ? `\`path\` ${path} has two parameters of one name` : undefined;
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
