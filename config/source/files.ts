/** The files of a configuration: the main one, those that files include, and those of conf.d. */
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { show } from '../formats/format.ts';
import { ConfigError, type Problem } from '../problem.ts';
import { type ConfigDocument, readDocument } from './document.ts';
import { defaultFile, readConfigFile, readConfigText } from './file.ts';
import { mergeDocuments } from './merge.ts';

/** Files of one configuration; bounds what a generated directory can cost. */
const mostFiles = 500;

const deepestInclude = 10;

export interface FileText {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
}

/** A configuration of one or more files. */
export interface ConfigFiles {
  readonly document: ConfigDocument;
  /** Absolute paths, in the order in which they are merged. */
  readonly files: readonly string[];
  /** Of each file, in this order. */
  readonly texts: readonly FileText[];
  /** Of the main file; undefined if it does not exist. */
  readonly main?: string;
  /** Whether the main file is missing, or has no settings. */
  readonly isMainEmpty: boolean;
}

/** The directory beside a configuration file whose files are merged into it. */
export function dropInDirectory(file: string): string {
  return join(dirname(file), 'conf.d');
}

/**
 * Reads the main file, which may be missing if it is the default one, what it includes, and conf.d/*.yaml beside it in
 * the order of their names. Later files take precedence over earlier ones, and a file over those that it includes.
 * @param main path of the file, and its text if it has another one than on the disk
 * @throws ConfigError PCH_CONFIG_NOT_FOUND, PCH_CONFIG_UNREADABLE
 */
export function readConfigFiles(named: string | undefined, text?: string): ConfigFiles | undefined {
  const { file, text: found } =
    text === undefined ? readConfigText(named) : { file: resolve(named ?? ''), text };
  const documents = found === undefined ? [] : withIncluded(readDocument(file, found), []);
  const dropIns = dropInsOf(file).flatMap((path) => {
    const document = readConfigFile(path);
    return document ? withIncluded(document, []) : [];
  });
  return merged(documents, dropIns, found === undefined ? undefined : file);
}

/** Returns the configuration of files whose texts are known, as {@link ConfigFiles} has them. */
export function givenFiles(named: string | undefined, texts: readonly FileText[]): ConfigFiles | undefined {
  const main = resolve(named ?? defaultFile);
  const documents = texts.map(({ file, text }) => withoutIncludes(readDocument(file, text)));
  const found = documents.findLastIndex(({ file }) => file === main);
  return merged(documents.slice(0, found + 1), documents.slice(found + 1), found < 0 ? undefined : main);
}

/** @param ofMain the main file and those that it includes */
function merged(
  ofMain: readonly ConfigDocument[],
  dropIns: readonly ConfigDocument[],
  main: string | undefined,
): ConfigFiles | undefined {
  const [first, ...later] = [...ofMain, ...dropIns];
  if (!first) return undefined;
  const texts = [first, ...later].map(({ file, text }) => ({ file, text }));
  return {
    document: mergeDocuments(first, ...later),
    files: [...new Set(texts.map(({ file }) => file))],
    texts,
    ...(main !== undefined && { main }),
    isMainEmpty: ofMain.every(({ root, problems }) => root.size === 0 && problems.length === 0),
  };
}

/** Files that begin with a dot are those of editors. */
function dropInsOf(file: string): string[] {
  const directory = dropInDirectory(file);
  const names = namesIn(directory)
    .filter((name) => /^[^.].*\.ya?ml$/.test(name))
    .toSorted();
  if (names.length > mostFiles) throw tooMany(directory, names.length);
  return names.map((name) => join(directory, name));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    const problem = { file: directory, path: '', expected: 'a readable directory', found: String(code) };
    throw new ConfigError('PCH_CONFIG_UNREADABLE', [problem], 'use a directory that pouchd may read', error);
  }
}

function tooMany(directory: string, count: number): ConfigError {
  const problem = { file: directory, path: '', expected: `at most ${mostFiles} files`, found: String(count) };
  return new ConfigError('PCH_CONFIG_UNREADABLE', [problem], 'merge some of the files');
}

/** @param including files whose includes are being read */
function withIncluded(document: ConfigDocument, including: readonly string[]): ConfigDocument[] {
  if (!document.root.has('include')) return [document];
  const { paths, problems } = includesOf(document);
  const chain = [...including, document.file];
  const included = paths.flatMap(({ path, problemOf }) => {
    const refusal = chain.includes(path)
      ? problemOf('a file that does not include itself', path)
      : chain.length > deepestInclude && problemOf(`at most ${deepestInclude} levels of includes`, path);
    if (!refusal)
      return readIncluded(path, chain, (expected, found) => problems.push(problemOf(expected, found)));
    problems.push(refusal);
    return [];
  });
  return [...included, { ...withoutIncludes(document), problems: [...document.problems, ...problems] }];
}

function withoutIncludes(document: ConfigDocument): ConfigDocument {
  return { ...document, root: new Map([...document.root].filter(([key]) => key !== 'include')) };
}

/** The mistakes of a file that cannot be read are reported where it is included. */
function readIncluded(
  path: string,
  chain: readonly string[],
  report: (expected: string, found: string) => void,
): ConfigDocument[] {
  try {
    return withIncluded(readConfigFile(path)!, chain);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { expected, found } of error.problems) report(expected, `${path}: ${found}`);
    return [];
  }
}

interface Include {
  readonly path: string;
  problemOf(expected: string, found: string): Problem;
}

function includesOf(document: ConfigDocument): { paths: Include[]; problems: Problem[] } {
  const raw = document.root.get('include');
  const problemAt = (index: number | undefined, expected: string, found: string): Problem => ({
    ...document.locate(index === undefined ? ['include'] : ['include', index]),
    path: index === undefined ? 'include' : `include[${index}]`,
    expected,
    found,
  });
  if (raw === null) return { paths: [], problems: [] };
  if (!Array.isArray(raw))
    return { paths: [], problems: [problemAt(undefined, 'a list of files', show(raw))] };
  const problems: Problem[] = [];
  const paths = raw.flatMap((entry: unknown, index): Include[] => {
    if (typeof entry !== 'string' || entry === '' || entry.includes('\0')) {
      problems.push(problemAt(index, 'the path of a file', show(entry)));
      return [];
    }
    const path = resolve(dirname(document.file), entry);
    return [{ path, problemOf: (expected, found) => problemAt(index, expected, found) }];
  });
  return { paths, problems };
}
