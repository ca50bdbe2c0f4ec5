import { basename, dirname, resolve } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';

type Path = readonly (string | number)[];

/** A compose file, with the lines of what has no equivalent. */
export class ComposeReader {
  /** `FILE:LINE: services.web.build: …` */
  readonly problems: string[] = [];
  readonly notes = new Set<string>();
  readonly #lines = new LineCounter();
  readonly #document: Document;
  readonly #file: string;

  /** @throws Error with `FILE:LINE` for text that is not YAML */
  constructor(file: string, text: string) {
    this.#file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, merge: true, prettyErrors: false });
    const [error] = this.#document.errors;
    if (error) throw new Error(`${file}:${this.#lines.linePos(error.pos[0]).line}: ${error.message}`);
  }

  /** The file's values, with Pouch's references in the place of variables. */
  read(): Record<string, unknown> {
    const found: unknown = this.#document.toJS();
    return mapOf(this.#withReferences(found, []));
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

  problem(path: Path, text: string): void {
    this.problems.push(`${this.#file}:${this.#lineOf(path)}: ${path.join('.')}: ${text}`);
  }

  #lineOf(path: Path): number {
    const parent: unknown = this.#document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
      : undefined;
    const node: unknown = pair?.key ?? this.#document.getIn(path, true) ?? parent;
    return this.#lines.linePos(isNode(node) ? (node.range?.[0] ?? 0) : 0).line;
  }

  #withReferences(value: unknown, path: Path): unknown {
    if (typeof value === 'string') return this.#references(value, path);
    if (Array.isArray(value))
      return value.map((one: unknown, index) => this.#withReferences(one, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, this.#withReferences(one, [...path, key])]),
    );
  }

  #references(text: string, path: Path): string {
    return text.replaceAll(/\$\$|\$\{([^}]*)\}|\$([A-Za-z_]\w*)/g, (all, braced?: string, bare?: string) => {
      if (all === '$$') return '$';
      const name = braced ?? bare ?? '';
      if (!/^[A-Za-z_]\w*$/.test(name))
        this.problem(path, 'expected a variable without a default, write the value in its place');
      else this.notes.add(`\${env:${name}} is taken from the environment of pouchd`);
      return `\${env:${name}}`;
    });
  }
}

export function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** A map, or a list of `NAME=VALUE`. */
export function pairsOf(value: unknown, separator = '='): Record<string, unknown> {
  if (!Array.isArray(value)) return mapOf(value);
  return Object.fromEntries(
    value.map((entry) => {
      const text = String(entry);
      const at = text.indexOf(separator);
      return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

export function listOf(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : [value].flat();
}
