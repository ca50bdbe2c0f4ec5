import { basename, dirname, resolve } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
} from 'yaml';
import { OptionError } from '../../client/options/OptionError.ts';
import { ComposeNode, isMapValue, type Path } from './ComposeNode.ts';

interface Placed {
  readonly offset: number;
  readonly text: string;
}

/** A compose file: its values, and the places of those that have no equivalent. */
export class ComposeReader {
  /** The values of the file. */
  readonly root: ComposeNode;
  readonly #lines = new LineCounter();
  readonly #document: Document;
  readonly #file: string;
  readonly #problems: Placed[] = [];
  readonly #notes = new Set<string>();
  /** Paths whose values are converted, or at least those of some of their keys. */
  readonly #read = new Set<string>();
  /** Paths below which all is converted, or reported. */
  readonly #settled = new Set<string>();

  /** @throws PCH_OPTION_INVALID with `FILE:LINE:COLUMN` for text that is not YAML */
  constructor(file: string, text: string) {
    this.#file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, merge: true, prettyErrors: false });
    const [error] = this.#document.errors;
    if (error) throw notYaml(`${this.#placeOf(error.pos[0])}: ${error.message}`);
    // Tags of compose, such as !reset.
    for (const { pos, message } of this.#document.warnings)
      this.#problems.push({ offset: pos[0], text: message });
    this.root = new ComposeNode(this, [], this.#values());
  }

  /** What has no equivalent, in the order of the file: `FILE:LINE:COLUMN: services.web.build: …`. */
  get problems(): string[] {
    const sorted = this.#problems.toSorted((a, b) => a.offset - b.offset);
    return [...new Set(sorted.map(({ offset, text }) => `${this.#placeOf(offset)}: ${text}`))];
  }

  get notes(): string[] {
    return [...this.#notes];
  }

  /** Compose takes the name of the directory. */
  get project(): string {
    return basename(dirname(resolve(this.#file)))
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]/g, '');
  }

  /** A path of the file as the daemon needs it. */
  absolute(path: string): string {
    return path.startsWith('.') ? resolve(dirname(this.#file), path) : path;
  }

  /** The same for what is a path, also without a dot. */
  absoluteFile(path: string): string {
    return resolve(dirname(this.#file), path);
  }

  markRead(path: Path): void {
    this.#read.add(keyOf(path));
  }

  /** Reports a value that has no equivalent, with all that is below it. */
  problem(path: Path, text: string): void {
    this.#settled.add(keyOf(path));
    this.conflict(path, text);
  }

  /** Reports values that exclude each other; what is below their path is still to be read. */
  conflict(path: Path, text: string): void {
    const subject = path.length === 0 ? '' : `${path.join('.')}: `;
    this.#problems.push({ offset: this.#offsetOf(path), text: subject + text });
  }

  /** Says what of the file changes nothing, or is to be known. */
  note(path: Path, text: string): void {
    this.#settled.add(keyOf(path));
    this.#notes.add(`${this.#placeOf(this.#offsetOf(path))}: ${path.join('.')}: ${text}`);
  }

  /** Reports every value that has not been read. */
  reportUnread(): void {
    this.#reportBelow([], this.root.value);
  }

  /** Replaces variables by references of Pouch. */
  references(text: string, path: Path): string {
    return text.replaceAll(
      /\$\$(\{?)|\$\{([^}]*)\}|\$([A-Za-z_]\w*)/g,
      (all, brace?: string, braced?: string, bare?: string) => {
        // A literal `${` has two dollars in pouchd.yaml, too.
        if (all.startsWith('$$')) return brace ? '$${' : '$';
        const name = braced ?? bare ?? '';
        if (!/^[A-Za-z_]\w*$/.test(name))
          this.problem(path, 'expected a variable without a default, write the value in its place');
        else this.#notes.add(`\${env:${name}} is taken from the environment of pouchd`);
        return `\${env:${name}}`;
      },
    );
  }

  /** The text of a number as it is in the file: `0644`. */
  sourceOf(path: Path): string | undefined {
    const found = this.#find(path);
    const node: unknown = isPair(found) ? found.value : found;
    return isScalar(node) ? node.source : undefined;
  }

  #values(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      throw notYaml(`${this.#file}: ${(error as Error).message}`);
    }
  }

  #reportBelow(path: Path, value: unknown): void {
    if (this.#settled.has(keyOf(path))) return;
    const isList = Array.isArray(value);
    const entries = isList ? [...value.entries()] : isMapValue(value) ? Object.entries(value) : [];
    for (const [key, inner] of entries) {
      const at = [...path, key];
      if (this.#read.has(keyOf(at))) this.#reportBelow(at, inner);
      else if (String(key).startsWith('x-')) this.note(at, 'left out: extensions change nothing');
      else this.problem(at, 'Pouch has no equivalent');
    }
  }

  #placeOf(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${this.#file}:${line}:${col}`;
  }

  /** The place of a key, or of an entry of a list; of what is around it if it is not in the file itself. */
  #offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const found = this.#find(path.slice(0, length));
      const node: unknown = isPair(found) ? found.key : found;
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  }

  /** Follows aliases and merged maps. */
  #find(path: Path): unknown {
    let found: unknown = this.#document.contents;
    for (const segment of path) found = this.#step(isPair(found) ? found.value : found, segment);
    return found;
  }

  #step(node: unknown, segment: string | number): unknown {
    if (isAlias(node)) return this.#step(node.resolve(this.#document), segment);
    if (isSeq(node)) return node.items[Number(segment)];
    if (!isMap(node)) return undefined;
    const own = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
    if (own) return own;
    const merged = node.items
      .filter(({ key }) => isScalar(key) && key.source === '<<')
      .flatMap(({ value }) => mapsOf(value));
    return merged.map((map) => this.#step(map, segment)).find((found) => found !== undefined);
  }
}

function notYaml(message: string): OptionError {
  return new OptionError(message, {
    hint: 'name a compose file, or one with what `docker inspect` has printed',
  });
}

/** `<<: *a`, or `<<: [*a, *b]`. */
function mapsOf(value: unknown): unknown[] {
  return isSeq(value) ? value.items : [value];
}

function keyOf(path: Path): string {
  return JSON.stringify(path.map(String));
}
