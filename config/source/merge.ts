/** Merges configuration files, and keeps which file a value is from. */
import type { Segment } from '../formats/format.ts';
import { formatPath } from '../path.ts';
import type { Problem } from '../problem.ts';
import { isDeclaredSection } from '../schema/declared.ts';
import type { ConfigDocument, RawMap } from './document.ts';

/** Where the value of a merged path comes from. */
interface Source {
  readonly document: ConfigDocument;
  readonly path: readonly Segment[];
}

/**
 * Returns the documents as one. Maps are merged key by key; a text or a list of a later file replaces that of an
 * earlier one, but the entries of `plugins` are added to it. An object of a declared section, such as a container, is
 * in one file only.
 */
export function mergeDocuments(first: ConfigDocument, ...later: readonly ConfigDocument[]): ConfigDocument {
  return later.length === 0 ? first : merged([first, ...later], new Merge());
}

/**
 * Returns a document with the overlay of one host: as above, but objects of declared sections are merged as well, and
 * null removes what the document has.
 */
export function overlaidDocument(document: ConfigDocument, overlay: ConfigDocument): ConfigDocument {
  return merged([document, overlay], new Merge({ isOverlay: true }));
}

function merged(documents: readonly [ConfigDocument, ...ConfigDocument[]], merge: Merge): ConfigDocument {
  for (const document of documents) merge.add(document);
  const [{ file, text }] = documents;
  return {
    file,
    text,
    root: merge.root,
    problems: documents.flatMap(({ problems }) => problems).concat(merge.problems),
    locate: (path) => merge.sourceOf(path, (source) => source.document.locate(source.path)),
    locateKey: (path) => merge.sourceOf(path, (source) => source.document.locateKey(source.path)),
  };
}

class Merge {
  readonly root = new Map<string, unknown>();
  readonly problems: Problem[] = [];
  /** By the JSON of the merged path; of a value that is not a map, for all below it. */
  readonly #sources = new Map<string, Source>();
  readonly #isOverlay: boolean;

  constructor({ isOverlay = false } = {}) {
    this.#isOverlay = isOverlay;
  }

  add(document: ConfigDocument): void {
    this.#merge(this.root, document.root, document, []);
  }

  /** Calls `use` with the source of a path, or of the nearest enclosing value. */
  sourceOf<T>(path: readonly Segment[], use: (source: Source) => T): T | undefined {
    for (let length = path.length; length > 0; length--) {
      const source = this.#sources.get(keyOf(path.slice(0, length)));
      if (source) return use({ ...source, path: [...source.path, ...path.slice(length)] });
    }
    return undefined;
  }

  #merge(into: Map<string, unknown>, from: RawMap, document: ConfigDocument, path: Segment[]): void {
    for (const [name, value] of from) {
      const at = [...path, name];
      const before = into.get(name);
      if (this.#isOverlay && at.length > 1 && value === null && into.has(name)) this.#remove(into, at);
      else if (!this.#isOverlay && isDeclared(at) && into.has(name)) this.#refuse(at, document);
      else if (at.length === 1 && name === 'plugins' && Array.isArray(value) && Array.isArray(before))
        into.set(name, this.#appended(before, value, document));
      else if (value instanceof Map) {
        // A copy: the next file adds to it.
        const inner = before instanceof Map ? (before as Map<string, unknown>) : new Map<string, unknown>();
        into.set(name, inner);
        this.#sources.set(keyOf(at), { document, path: at });
        this.#merge(inner, value as RawMap, document, at);
      } else if (value !== null || before === undefined) {
        into.set(name, value);
        this.#forgetBelow(at);
        this.#sources.set(keyOf(at), { document, path: at });
      }
    }
  }

  #appended(before: readonly unknown[], entries: readonly unknown[], document: ConfigDocument): unknown[] {
    entries.forEach((_entry, index) =>
      this.#sources.set(keyOf(['plugins', before.length + index]), { document, path: ['plugins', index] }),
    );
    return [...before, ...entries];
  }

  #remove(from: Map<string, unknown>, path: readonly Segment[]): void {
    from.delete(String(path.at(-1)));
    this.#sources.delete(keyOf(path));
    this.#forgetBelow(path);
  }

  /** A text has replaced a map. */
  #forgetBelow(path: readonly Segment[]): void {
    const prefix = keyOf(path).slice(0, -1);
    for (const key of this.#sources.keys()) if (key.startsWith(`${prefix},`)) this.#sources.delete(key);
  }

  #refuse(path: readonly Segment[], document: ConfigDocument): void {
    const other = this.sourceOf(path, (source) => source.document.locateKey(source.path));
    this.problems.push({
      ...document.locateKey(path),
      path: formatPath(path),
      expected: 'a name that no other file has',
      found: `${String(path.at(-1))} again${other ? `, as in ${other.file}:${other.line}` : ''}`,
      hint: 'keep one of the two',
    });
  }
}

/** The path of a container, network, volume or profile. */
function isDeclared(path: readonly Segment[]): boolean {
  return path.length === 2 && isDeclaredSection(path[0]);
}

function keyOf(path: readonly Segment[]): string {
  return JSON.stringify(path.map(String));
}
