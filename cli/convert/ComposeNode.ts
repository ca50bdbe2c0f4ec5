import { splitOnce } from '../../client/options/keyValue.ts';

export type Path = readonly (string | number)[];
export type Scalar = string | number | boolean;

/** What a value needs of its file. */
interface FileOfNode {
  absolute(path: string): string;
  absoluteFile(path: string): string;
  markRead(path: Path): void;
  problem(path: Path, text: string): void;
  conflict(path: Path, text: string): void;
  note(path: Path, text: string): void;
  references(text: string, path: Path): string;
  sourceOf(path: Path): string | undefined;
}

/**
 * A value of a compose file, which is read by its kind. What is read is converted: every other key is reported, and so
 * is a value of another kind.
 */
export class ComposeNode {
  readonly reader: FileOfNode;
  readonly path: Path;
  readonly value: unknown;

  constructor(reader: FileOfNode, path: Path, value: unknown) {
    this.reader = reader;
    this.path = path;
    this.value = value;
  }

  /** As in compose, a key without a value is not set. */
  get isSet(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get isMap(): boolean {
    return isMapValue(this.value);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  /** The value of a key of a map; the key is read. */
  get(key: string): ComposeNode {
    const map = this.#map();
    if (Object.hasOwn(map, key)) this.reader.markRead([...this.path, key]);
    return this.#at(key, Object.hasOwn(map, key) ? map[key] : undefined);
  }

  has(key: string): boolean {
    return isMapValue(this.value) && Object.hasOwn(this.value, key);
  }

  /** The values of a map whose keys are names. */
  entries(): [name: string, value: ComposeNode][] {
    return Object.keys(this.#map()).map((key) => [key, this.get(key)]);
  }

  /** The values of a list; a value that is not in a list is one. */
  items(): ComposeNode[] {
    if (!this.isSet) return [];
    if (!Array.isArray(this.value)) return [this];
    return this.value.map((value: unknown, index) => {
      this.reader.markRead([...this.path, index]);
      return this.#at(index, value);
    });
  }

  /** A text or a number, with references in the place of variables. */
  text(): string | number | undefined {
    const { value } = this;
    if (!this.isSet) return undefined;
    if (typeof value === 'string') return this.reader.references(value, this.path);
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return String(value);
    return this.#refuse('a text or a number');
  }

  /** As {@link text}, as a text. */
  string(): string | undefined {
    const text = this.text();
    return text === undefined ? undefined : String(text);
  }

  flag(): boolean | undefined {
    const { value } = this;
    if (!this.isSet) return undefined;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    return this.#refuse('true or false');
  }

  texts(): (string | number)[] {
    return this.items().flatMap((item) => item.text() ?? []);
  }

  /**
   * A map, or a list of `NAME=VALUE`.
   * @param missing - the value of a name without one
   */
  pairs<Missing extends '' | null = ''>(missing: Missing = '' as Missing): Record<string, Scalar | Missing> {
    if (!this.isSet) return {};
    const pairs = this.isMap
      ? this.entries().map(([name, node]): [string, Scalar | Missing] => [name, node.scalar() ?? missing])
      : this.items().map((item): [string, Scalar | Missing] => {
          const [name, value] = splitOnce(item.string() ?? '', '=');
          return [name, value ?? missing];
        });
    return Object.fromEntries(pairs);
  }

  /** A text, a number, true or false. */
  scalar(): Scalar | undefined {
    return typeof this.value === 'boolean' ? this.value : this.text();
  }

  problem(text: string): void {
    this.reader.problem(this.path, text);
  }

  noEquivalent(): void {
    this.problem('Pouch has no equivalent');
  }

  /** Reports a value unless it is one of those that say what holds anyway. */
  expectOnly(...harmless: readonly unknown[]): void {
    if (this.isSet && !harmless.includes(this.value)) this.noEquivalent();
  }

  note(text: string): void {
    if (this.isSet) this.reader.note(this.path, text);
  }

  #map(): Record<string, unknown> {
    if (isMapValue(this.value)) return this.value;
    if (this.isSet) this.#refuse('a map');
    return {};
  }

  #at(key: string | number, value: unknown): ComposeNode {
    return new ComposeNode(this.reader, [...this.path, key], value);
  }

  #refuse(expected: string): undefined {
    const { value } = this;
    const found = Array.isArray(value) ? 'a list' : isMapValue(value) ? 'a map' : JSON.stringify(value);
    this.problem(`expected ${expected}, found ${found}`);
    return undefined;
  }
}

export function isMapValue(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
