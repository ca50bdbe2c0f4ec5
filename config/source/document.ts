import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { Segment } from '../formats/format.ts';
import type { Location } from '../origin.ts';
import type { Problem } from '../problem.ts';
import { syntaxProblems } from './syntax.ts';

/** Loaded only when there is a file: it is the slowest import of the daemon's start. */
export type YamlModule = typeof Yaml;
const loadYaml = (): YamlModule => createRequire(import.meta.url)('yaml') as YamlModule;

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
  const yaml = loadYaml();
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    merge: false,
  });
  const at = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const { problems, usable } = syntaxProblems(document, text, at);
  const reader = new NodeReader(yaml, document, at);
  const root = usable ? reader.read(document.contents, []) : null;
  if (usable && root !== null && !(root instanceof Map)) problems.push(notAMap(at(0)));
  return {
    file,
    root: root instanceof Map ? (root as RawMap) : new Map(),
    problems,
    locate: (path) => reader.nearest(path),
    locateKey: (path) => reader.keys.get(JSON.stringify(path)),
  };
}

function notAMap(location: Location): Problem {
  return {
    ...location,
    path: '',
    expected: 'settings such as "root: /var/lib/pouch"',
    found: 'something else than a map',
  };
}

/** Turns nodes into raw values and notes where each is. */
class NodeReader {
  readonly keys = new Map<string, Location>();
  private readonly values = new Map<string, Location>();
  private readonly yaml: YamlModule;
  private readonly document: Yaml.Document;
  private readonly at: (offset: number) => Location;

  constructor(yaml: YamlModule, document: Yaml.Document, at: (offset: number) => Location) {
    this.yaml = yaml;
    this.document = document;
    this.at = at;
  }

  read(node: unknown, path: readonly Segment[]): unknown {
    const { yaml } = this;
    if (yaml.isAlias(node)) return this.read(node.resolve(this.document), path);
    if (!yaml.isNode(node)) return null;
    this.note(this.values, path, node);
    if (yaml.isMap(node)) return this.readMap(node, path);
    if (yaml.isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, index]));
    return yaml.isScalar(node) ? readScalar(node, path) : null;
  }

  private readMap(node: Yaml.YAMLMap, path: readonly Segment[]): Map<string, unknown> {
    const map = new Map<string, unknown>();
    for (const { key, value } of node.items) {
      const name = this.yaml.isScalar(key) ? String(key.source ?? key.value) : String(key);
      const inner = [...path, name];
      if (this.yaml.isNode(key)) this.note(this.keys, inner, key);
      map.set(name, this.read(value, inner));
    }
    return map;
  }

  private note(places: Map<string, Location>, path: readonly Segment[], node: Yaml.Node): void {
    if (node.range) places.set(JSON.stringify(path), this.at(node.range[0]));
  }

  nearest(path: readonly Segment[]): Location | undefined {
    for (let length = path.length; length > 0; length--) {
      const key = JSON.stringify(path.slice(0, length));
      const place = this.keys.get(key) ?? this.values.get(key);
      if (place) return place;
    }
    return undefined;
  }
}

function readScalar(node: Yaml.Scalar, path: readonly Segment[]): unknown {
  const typed = path[0] === 'plugins' && path[2] === 'options';
  if (typed || typeof node.value === 'string' || node.value === null) return node.value;
  return node.source ?? String(node.value);
}
