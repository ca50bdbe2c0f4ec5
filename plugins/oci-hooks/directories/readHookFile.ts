import { readFileSync, statSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { FileSafety, messageOf, ownUsers } from '../../../hooks/index.ts';
import { type HookFile, hookFile } from './hookFile.ts';
import { patternProblem } from './pattern.ts';

/** Bytes. */
const largestFile = 256 * 1024;

type Read = { content: HookFile; problems?: never } | { content?: never; problems: string[] };

/** Reads one hook file, or what is wrong with it: the field, and what was expected. */
export function readHookFile(path: string): Read {
  try {
    const text = readOwn(path);
    const content: unknown = JSON.parse(text);
    const problems = formProblems(content);
    if (problems.length > 0) return { problems };
    const good = content as HookFile;
    const more = [...patternProblems(good), ...programProblems(good)];
    return more.length > 0 ? { problems: more } : { content: good };
  } catch (error) {
    return { problems: [messageOf(error)] };
  }
}

function readOwn(path: string): string {
  const file = new FileSafety(path, ownUsers(), 'it names what runs as root').check(path);
  const stats = statSync(file);
  if (!stats.isFile()) throw new Error('expected a regular file');
  if (stats.size > largestFile)
    throw new Error(`expected at most ${largestFile / 1024} KiB, found ${stats.size} bytes`);
  return readFileSync(file, 'utf8');
}

let compiled: ValidateFunction | undefined;

function formProblems(content: unknown): string[] {
  const { version } = (content ?? {}) as { version?: unknown };
  // Files of another version have other fields.
  if (version !== '1.0.0')
    return [`version: expected "1.0.0", found ${version === undefined ? 'none' : JSON.stringify(version)}`];
  // Most hosts have no such files.
  const validate = (compiled ??= new Ajv({ allErrors: true, verbose: true }).compile(hookFile));
  return validate(content) ? [] : (validate.errors ?? []).map(problemOf);
}

function problemOf({ instancePath, keyword, params, message, data }: ErrorObject): string {
  const field = fieldOf(instancePath);
  const { additionalProperty, missingProperty, allowedValues } = params as Record<string, unknown>;
  const within = (name: unknown) => (field === '' ? String(name) : `${field}.${String(name)}`);
  if (keyword === 'additionalProperties') return `${within(additionalProperty)}: unknown field`;
  if (keyword === 'required') return `${within(missingProperty)}: required, found none`;
  if (keyword === 'minProperties') return `${field}: expected at least one entry, found none`;
  const expected = keyword === 'enum' ? `one of ${(allowedValues as string[]).join(', ')}` : undefined;
  return expected === undefined
    ? `${field}: ${message}, found ${JSON.stringify(data)}`
    : `${field}: expected ${expected}, found ${JSON.stringify(data)}`;
}

/** `/stages/0` is `stages[0]`. */
function fieldOf(pointer: string): string {
  return pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}

function patternProblems({ when: { annotations = {}, commands = [] } }: HookFile): string[] {
  const patterns = [
    ...Object.entries(annotations).flatMap(([key, value]) => [
      ['when.annotations', key] as const,
      [`when.annotations[${JSON.stringify(key)}]`, value] as const,
    ]),
    ...commands.map((command, index) => [`when.commands[${index}]`, command] as const),
  ];
  return patterns.flatMap(([field, pattern]) => {
    const problem = patternProblem(pattern);
    return problem === undefined ? [] : [`${field}: ${problem}`];
  });
}

/** A hook of `startContainer` is a program of the container; the others are run as root on the host. */
function programProblems({ hook: { path }, stages }: HookFile): string[] {
  if (stages.every((stage) => stage === 'startContainer')) return [];
  try {
    const stats = statSync(new FileSafety(path, ownUsers(), 'it runs as root').check(path));
    if (stats.isFile() && (stats.mode & 0o111) !== 0) return [];
    return [`hook.path: expected an executable at ${path}, found a file that cannot be executed`];
  } catch (error) {
    return [`hook.path: ${messageOf(error)}`];
  }
}
