import { LineCounter, parseDocument } from 'yaml';
import type { Segment } from '../formats/format.ts';
import type { Location } from '../origin.ts';
import type { Problem } from '../problem.ts';
import { NodeReader } from './NodeReader.ts';
import { syntaxProblems } from './syntax.ts';

/** A configuration file as maps, lists and texts, with the place of each. */
export interface ConfigDocument {
  readonly file: string;
  /** The raw value below each top-level key; empty after a syntax error. */
  readonly root: RawMap;
  /** Mistakes of the YAML itself. */
  readonly problems: readonly Problem[];
  /** Place of a value, or of its nearest enclosing one that is in the file. */
  locate(path: readonly Segment[]): Location | undefined;
  /** Place of a key itself; only of one that is in the file. */
  locateKey(path: readonly Segment[]): Location | undefined;
}

export type RawMap = ReadonlyMap<string, unknown>;

/** Reads YAML 1.2 text. Scalars stay texts as they are written, except below `plugins[].options`, which YAML types. */
export function readDocument(file: string, text: string): ConfigDocument {
  if (bracketDepth(text) > DEEPEST) return broken(file, tooDeep(file));
  try {
    return parse(file, text);
  } catch (error) {
    if (error instanceof RangeError) return broken(file, tooDeep(file));
    throw error;
  }
}

/** The parser's recovery from thousands of open brackets takes Node itself down (out of memory in a RegExp). */
const DEEPEST = 100;

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
  if (!usable) return { ...broken(file), problems };
  const reader = new NodeReader(at);
  const root = reader.read(document.contents, []);
  if (root !== null && !(root instanceof Map)) return broken(file, notAMap(at(0)));
  return {
    file,
    root: (root ?? new Map()) as RawMap,
    problems,
    locate: (path) => reader.locate(path),
    locateKey: (path) => reader.locateKey(path),
  };
}

function broken(file: string, ...problems: Problem[]): ConfigDocument {
  return { file, root: new Map(), problems, locate: () => undefined, locateKey: () => undefined };
}

function notAMap(location: Location): Problem {
  return {
    ...location,
    path: '',
    expected: 'settings such as "root: /var/lib/pouch"',
    found: 'something else than a map',
  };
}

function tooDeep(file: string): Problem {
  return {
    file,
    path: '',
    expected: 'a few levels of maps and lists',
    found: 'so many that they cannot be read',
  };
}
