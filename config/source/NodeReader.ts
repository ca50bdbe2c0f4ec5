import { isMap, isNode, isScalar, isSeq } from 'yaml';
import type { Node, Scalar, YAMLMap } from 'yaml';
import type { Segment } from '../formats/format.ts';
import type { Location } from '../origin.ts';

/** Turns the nodes of a YAML document into raw values and notes where each of them is. */
export class NodeReader {
  private readonly keys = new Map<string, Location>();
  private readonly values = new Map<string, Location>();
  private readonly at: (offset: number) => Location;

  constructor(at: (offset: number) => Location) {
    this.at = at;
  }

  /** A `Map`, an array, a text, null, or below `plugins[].options` what YAML makes of a scalar. */
  read(node: unknown, path: readonly Segment[]): unknown {
    if (!isNode(node)) return null;
    this.note(this.values, path, node);
    if (isMap(node)) return this.readMap(node, path);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item, [...path, index]));
    return isScalar(node) ? readScalar(node, path) : null;
  }

  /** Place of a value: where it stands in the line of its key, else of the key; of the nearest one around it that is there. */
  locate(path: readonly Segment[]): Location | undefined {
    for (let length = path.length; length > 0; length--) {
      const inner = path.slice(0, length);
      const key = this.locateKey(inner);
      const value = this.values.get(placeKey(inner));
      if (key ?? value) return key && value?.line !== key.line ? key : value;
    }
    return undefined;
  }

  locateKey(path: readonly Segment[]): Location | undefined {
    return this.keys.get(placeKey(path));
  }

  private readMap(node: YAMLMap, path: readonly Segment[]): Map<string, unknown> {
    const map = new Map<string, unknown>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? (key.source ?? String(key.value)) : String(key);
      const inner = [...path, name];
      if (isNode(key)) this.note(this.keys, inner, key);
      map.set(name, this.read(value, inner));
    }
    return map;
  }

  private note(places: Map<string, Location>, path: readonly Segment[], node: Node): void {
    if (node.range) places.set(placeKey(path), this.at(node.range[0]));
  }
}

/** A key of digits and an index are told apart by what is there, not by their type. */
function placeKey(path: readonly Segment[]): string {
  return JSON.stringify(path.map(String));
}

function readScalar(node: Scalar, path: readonly Segment[]): unknown {
  const typed = path[0] === 'plugins' && path[2] === 'options';
  if (typed || typeof node.value === 'string' || node.value === null) return node.value;
  return node.source ?? String(node.value);
}
