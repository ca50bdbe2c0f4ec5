interface Node {
  owner?: string;
  readonly parts: Map<string, Node>;
}

/**
 * Which plugin has set which field, by the segments of its path. It outlives one hook: preCreate and spec of a
 * container share it.
 */
export class FieldOwners {
  readonly #root: Node = { parts: new Map() };

  /** The field belongs to the plugin, with its parts. */
  set(path: readonly string[], plugin: string): void {
    const node = this.#nodeAt(path);
    node.owner = plugin;
    node.parts.clear();
  }

  /** The owner of the field or else of what it is a part of, and the owners of its parts. */
  of(path: readonly string[]): string[] {
    let holder = this.#root.owner;
    let node: Node | undefined = this.#root;
    for (const segment of path) {
      node = node.parts.get(segment);
      if (!node) break;
      holder = node.owner ?? holder;
    }
    return [...(holder === undefined ? [] : [holder]), ...(node ? ownersBelow(node) : [])];
  }

  /** The owners of another draft, whose fields are among those of this one: `places` has the path of each. */
  within(places: Readonly<Record<string, readonly string[]>>): FieldOwners {
    const owners = new FieldOwners();
    for (const [field, place] of Object.entries(places)) owners.#root.parts.set(field, this.#nodeAt(place));
    return owners;
  }

  /** What is set later in one of the two is not seen in the other. */
  copy(): FieldOwners {
    const owners = new FieldOwners();
    copyInto(this.#root, owners.#root);
    return owners;
  }

  #nodeAt(path: readonly string[]): Node {
    let node = this.#root;
    for (const segment of path) {
      const next = node.parts.get(segment) ?? { parts: new Map() };
      node.parts.set(segment, next);
      node = next;
    }
    return node;
  }
}

function copyInto(from: Node, to: Node): void {
  if (from.owner !== undefined) to.owner = from.owner;
  for (const [name, part] of from.parts) {
    const own: Node = { parts: new Map() };
    to.parts.set(name, own);
    copyInto(part, own);
  }
}

function ownersBelow({ parts }: Node): string[] {
  return [...parts.values()].flatMap((part) => [
    ...(part.owner === undefined ? [] : [part.owner]),
    ...ownersBelow(part),
  ]);
}
