import { LineCounter, parseDocument } from 'yaml';
import type { Segment } from '../formats/format.ts';
import type { Location } from '../origin.ts';
import type { Problem } from '../problem.ts';
import { NodeReader } from './NodeReader.ts';
import { syntaxProblems } from './syntax.ts';

/** A parsed configuration file: maps, lists and texts, and their locations. */
export interface ConfigDocument {
  readonly file: string;
  /** Its content; of merged files that of the first. */
  readonly text: string;
  /** The raw value of each top-level key; empty after a syntax error. */
  readonly root: RawMap;
  /** Problems of the YAML syntax. */
  readonly problems: readonly Problem[];
  /** Returns the location of a value, or of the nearest enclosing value in the file. */
  locate(path: readonly Segment[]): Location | undefined;
  /** Returns the location of a key; undefined if it is not in the file. */
  locateKey(path: readonly Segment[]): Location | undefined;
}

export type RawMap = ReadonlyMap<string, unknown>;

/** Parses YAML 1.2. Scalars stay text, except below `plugins[].options`, where YAML's types apply. */
export function readDocument(file: string, text: string): ConfigDocument {
  if (bracketDepth(text) > deepestNesting) return broken(file, text, tooDeep(file));
  try {
    return parse(file, text);
  } catch (error) {
    if (error instanceof RangeError) return broken(file, text, tooDeep(file));
    throw error;
  }
}

/** The parser's recovery from thousands of open brackets crashes Node (out of memory in a RegExp). */
const deepestNesting = 100;

function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function parse(file: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const { problems, usable } = syntaxProblems(document, text, at);
  if (!usable) return { ...broken(file, text), problems };
  const reader = new NodeReader(at);
  const root = reader.read(document.contents, []);
  if (root !== null && !(root instanceof Map)) return broken(file, text, notAMap(at(0)));
  return {
    file,
    text,
    root: (root ?? new Map()) as RawMap,
    problems,
    locate: (path) => reader.locate(path),
    locateKey: (path) => reader.locateKey(path),
  };
}

function broken(file: string, text: string, ...problems: Problem[]): ConfigDocument {
  return { file, text, root: new Map(), problems, locate: () => undefined, locateKey: () => undefined };
}

function notAMap(location: Location): Problem {
  return {
    ...location,
    path: '',
    expected: 'settings such as "root: /var/lib/pouch"',
    found: 'a value that is not a map',
  };
}

function tooDeep(file: string): Problem {
  return {
    file,
    path: '',
    expected: `at most ${deepestNesting} levels of maps and lists`,
    found: 'more levels',
  };
}
