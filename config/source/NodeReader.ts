import { isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Node, Scalar, YAMLMap } from 'yaml';
import type { Segment } from '../formats/format.ts';
import type { Location } from '../origin.ts';
import { isDeclaredSection } from '../schema/declared.ts';

/** Converts the nodes of a YAML document to raw values and records their locations. */
export class NodeReader {
  readonly #keys = new Map<string, Location>();
  readonly #values = new Map<string, Location>();
  readonly #at: (offset: number) => Location;

  constructor(at: (offset: number) => Location) {
    this.#at = at;
  }

  /**
   * Returns a `Map`, an array, a text or null; below `plugins[].options` also YAML's other
   * scalars, and below declared sections its booleans.
   */
  read(node: unknown, path: readonly Segment[]): unknown {
    if (!isNode(node)) return null;
    this.#record(this.#values, path, node);
    if (isMap(node)) return this.#readMap(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, index]));
    return isScalar(node) ? readScalar(node, path) : null;
  }

  /**
   * Returns the location of a value if it is on the line of its key, else that of the key. For a value that is not in
   * the file it is that of the nearest enclosing one.
   */
  locate(path: readonly Segment[]): Location | undefined {
    for (let length = path.length; length > 0; length--) {
      const inner = path.slice(0, length);
      const key = this.locateKey(inner);
      const value = this.#values.get(placeKey(inner));
      if (key ?? value) return key && value?.line !== key.line ? key : value;
    }
    return undefined;
  }

  locateKey(path: readonly Segment[]): Location | undefined {
    return this.#keys.get(placeKey(path));
  }

  #readMap(node: YAMLMap, path: readonly Segment[]): Map<string, unknown> {
    const map = new Map<string, unknown>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? (key.source ?? String(key.value)) : String(key);
      const inner = [...path, name];
      if (isNode(key)) this.#record(this.#keys, inner, key);
      map.set(name, this.read(value, inner));
    }
    return map;
  }

  #record(places: Map<string, Location>, path: readonly Segment[], node: Node): void {
    if (node.range) places.set(placeKey(path), this.#at(node.range[0]));
  }
}

/** Numbers and digits give the same key: a node is either a map or a list, so they cannot collide. */
function placeKey(path: readonly Segment[]): string {
  return JSON.stringify(path.map(String));
}

function readScalar(node: Scalar, path: readonly Segment[]): unknown {
  const typed =
    (path[0] === 'plugins' && path[2] === 'options') ||
    // Numbers keep their text there: `007` and `1.50` are values of variables, too.
    ((isDeclaredSection(path[0]) || isOfHost(path)) && typeof node.value === 'boolean');
  if (typed || typeof node.value === 'string' || node.value === null) return node.value;
  return node.source ?? String(node.value);
}

/** Below a section of `hosts`, in a file that is applied to several hosts. */
function isOfHost(path: readonly Segment[]): boolean {
  return path[0] === 'hosts' && isDeclaredSection(path[2]);
}
