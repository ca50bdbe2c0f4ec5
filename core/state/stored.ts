/**
 * JSON files that outlive the daemon. Each has a version and is checked against its schema when it is read, so that
 * damage is found there.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { hasNoFilesLeft, messageOf } from '../../hooks/errors.ts';

/** The form of one kind of file. */
export interface StoredForm<T> {
  /** The current version. A file without a version has version 1. */
  readonly version: number;
  readonly schema: TSchema;
  /** Only for the type. */
  readonly type?: T;
}

/** The content of a file: a value, or the problem. */
export type Stored<T> =
  | { state: 'sound'; value: T }
  | { state: 'missing'; problem: string }
  /** `found` is its JSON, if it is valid. */
  | { state: 'damaged'; problem: string; found?: unknown }
  /** Written by a later Pouch. */
  | { state: 'newer'; problem: string };

/** Bytes. Pouch's files are much smaller; larger ones are not read into memory. */
const limit = 64 * 1024 * 1024;

/** Reads and checks a file. @throws the system's error if no descriptor is left, which says nothing about the file */
export async function readStored<T>(path: string, form: StoredForm<T>): Promise<Stored<T>> {
  const name = basename(path);
  try {
    return parseStored(await readRegular(path), name, form);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (hasNoFilesLeft(error)) throw error;
    if (isMissing) return { state: 'missing', problem: `${name}: not found` };
    return { state: 'damaged', problem: `${name}: ${messageOf(error)}` };
  }
}

/** Returns the text of a file. */
export function toStored<T extends object>(value: T, { version }: StoredForm<T>): string {
  return JSON.stringify({ version, ...value }, undefined, 1);
}

export function parseStored<T>(text: string, name: string, form: StoredForm<T>): Stored<T> {
  const found = parsedJson(text);
  if (found === undefined)
    return { state: 'damaged', problem: `${name}: expected JSON, found ${shown(text)}` };
  if (!isObject(found))
    return { state: 'damaged', problem: `${name}: expected an object, found ${shown(found)}`, found };
  const { version = 1, ...value } = found;
  if (Number.isInteger(version) && (version as number) > form.version)
    return {
      state: 'newer',
      problem: `${name}: expected version ${form.version}, found ${String(version)} of a newer Pouch`,
    };
  const problem =
    Number.isInteger(version) && (version as number) > 0
      ? problemIn(value, form.schema)
      : `version: expected a positive integer, found ${shown(version)}`;
  if (problem !== undefined) return { state: 'damaged', problem: `${name}: ${problem}`, found: value };
  return { state: 'sound', value: value as T };
}

/**
 * Returns the first violation of the schema, such as `state.pid: expected integer, found "x"`. Unknown fields are
 * allowed.
 */
export function problemIn(value: unknown, schema: TSchema): string | undefined {
  const check = checkOf(schema);
  if (check.Check(value)) return undefined;
  const error = check.Errors(value).First();
  const field = (error?.path ?? '').split('/').slice(1).map(unescaped).join('.');
  const expected = (error?.message ?? 'expected another form').replace(/^Expected/, 'expected');
  return `${field ? `${field}: ` : ''}${expected}, found ${shown(error?.value)}`;
}

const checks = new WeakMap<TSchema, TypeCheck<TSchema>>();

function checkOf(schema: TSchema): TypeCheck<TSchema> {
  let check = checks.get(schema);
  if (!check) checks.set(schema, (check = TypeCompiler.Compile(opened(schema))));
  return check;
}

/** Returns the schema with unknown fields allowed: the fields of an older version are not damage. */
function opened<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(opened) as T;
  if (!isObject(schema)) return schema;
  // The spread keeps TypeBox's symbols.
  const copy: Record<string, unknown> = { ...schema };
  for (const [key, value] of Object.entries(schema)) copy[key] = opened(value);
  if (copy['additionalProperties'] === false) delete copy['additionalProperties'];
  return copy as T;
}

/** Other kinds of files could block the reader. */
async function readRegular(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    await checkReadable(file);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function checkReadable(file: FileHandle): Promise<void> {
  const found = await file.stat();
  if (!found.isFile()) throw new Error('expected a regular file');
  if (found.size > limit) throw new Error(`expected at most ${limit} bytes, found ${found.size}`);
}

/** Parses JSON; undefined if it is invalid. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Formats a value for a message: short, on one line, and without control characters. */
export function shown(value: unknown): string {
  if (value === undefined || value === '') return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

/** Decodes a segment of a JSON pointer (RFC 6901). */
function unescaped(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
