/**
 * What is masked in every output of the engine: fields by their names and marks, and their values wherever they occur
 * in text, such as in the message of a plugin's error.
 */
import { masked, secretNames } from '../../config/index.ts';
import type { ContainerDraft } from '../../hooks/draft.ts';
import { PouchError } from '../../hooks/errors.ts';
import type { OciSpec } from '../../hooks/oci.ts';
import type { BlameEntry, PlannedEffect } from '../../hooks/plan.ts';
import { isRecord } from '../plugins/draft/clone.ts';
import { formatPath, isWithin, parsePath } from '../plugins/draft/fieldPath.ts';

/** Characters. A shorter value, such as `true`, is masked in its field only: it is part of other text by chance. */
const shortestInText = 6;
/** Characters of a line of a text: `-----BEGIN` and the like are shorter words. */
const shortestLine = 40;
/** Containers whose values are remembered after they are gone: their errors and log lines may still come. */
const mostOwners = 2000;

/** Names that a look at the patterns is spared for: a plan asks for the same ones again and again. */
const mostKnownNames = 2000;

/** Maps of a draft whose keys are names that users choose; `*` is any key. */
const named: readonly (readonly string[])[] = [
  ['process', 'env'],
  ['env'],
  ['exec', 'env'],
  ['labels'],
  ['annotations'],
  ['log', 'options'],
  ['effects', '*', 'args'],
  ['ociHooks', '*', 'env'],
  ['hooks', '*', '*', 'env'],
  ['args'],
];

type Marked = Pick<ContainerDraft, 'secrets'>;

export class Secrets {
  readonly #patterns: () => readonly string[];
  readonly #byOwner = new Map<string, readonly string[]>();
  readonly #ofFiles = new Set<string>();
  /** All values, longest first; undefined after a change. */
  #values: readonly string[] | undefined;
  #names:
    { patterns: readonly string[]; isSecret(name: string): boolean; known: Map<string, boolean> } | undefined;

  /** @param patterns - of the names of secrets, as `secrets.names` has them now */
  constructor(patterns: () => readonly string[]) {
    this.#patterns = patterns;
  }

  /** Remembers the values of a container's secrets. */
  note(draft: ContainerDraft): void {
    const { image: _image, ...fields } = draft;
    this.#remember(draft.id, this.#secretsIn(fields, [], marksOf(draft)));
  }

  /** Remembers the values of secrets among others by their names, such as options of a plugin. */
  noteNamed(owner: string, values: unknown): void {
    this.#remember(owner, this.#secretsIn(values, ['args'], []));
  }

  /** Remembers secrets that are whole texts, such as the contents of files. */
  noteTexts(texts: readonly string[]): void {
    // Each is its own owner: a value that a file had before is still in containers.
    for (const text of texts) {
      if (text !== '') this.#ofFiles.add(text);
      this.#remember(`text ${text}`, [text, ...linesOf(text)]);
    }
    for (const oldest of this.#ofFiles) if (this.#ofFiles.size > mostOwners) this.#ofFiles.delete(oldest);
  }

  /** Whether a text is the content of such a file, or contains it. */
  isOfFile(text: string): boolean {
    if (this.#ofFiles.has(text)) return true;
    return [...this.#ofFiles].some((secret) => secret.length >= shortestInText && text.includes(secret));
  }

  /** Remembers those in the environment of an exec. */
  noteExec(id: string, env: Record<string, string> | readonly string[], marked: Marked): void {
    this.#remember(id, this.#secretsIn({ env }, [], marksOf(marked)));
  }

  /** The text without values of secrets. */
  text(text: string): string {
    let result = text;
    for (const value of this.#all()) if (result.includes(value)) result = result.replaceAll(value, masked);
    return result;
  }

  /**
   * Plain data without secrets, to be read only: what has none is the data itself. `path` is where it is in a draft,
   * `draft` has the marks.
   */
  data<T>(data: T, path: readonly string[] = [], draft: Marked = {}): T {
    return this.#masked(data, path, marksOf(draft)) as T;
  }

  blame(entries: readonly BlameEntry[], draft: Marked = {}): BlameEntry[] {
    return entries.map((entry) => {
      const path = parsePath(entry.field);
      const { before, after } = entry;
      return {
        ...entry,
        ...(before !== undefined && { before: this.data(before, path, draft) }),
        ...(after !== undefined && { after: this.data(after, path, draft) }),
      };
    });
  }

  effects(effects: readonly PlannedEffect[], draft: Marked): PlannedEffect[] {
    return effects.map((effect) => this.data(effect, ['effects', effect.key], draft));
  }

  spec(spec: OciSpec, draft: Marked): OciSpec {
    return this.data(spec, [], draft);
  }

  /** The same error without values of secrets. */
  error(error: unknown): unknown {
    if (!(error instanceof PouchError)) return error;
    const { code, message, hint, plugin, hook, container, field } = error;
    const [safeMessage, safeHint] = [this.text(message), hint && this.text(hint)];
    if (safeMessage === message && safeHint === hint) return error;
    return new PouchError(code, safeMessage, {
      ...(safeHint !== undefined && { hint: safeHint }),
      ...(plugin !== undefined && { plugin }),
      ...(hook !== undefined && { hook }),
      ...(container !== undefined && { container }),
      ...(field !== undefined && { field }),
    });
  }

  #remember(owner: string, values: readonly string[]): void {
    const long = [...new Set(values)].filter((value) => value.length >= shortestInText);
    if (long.length === 0) return;
    this.#byOwner.delete(owner);
    this.#byOwner.set(owner, long);
    const [oldest] = this.#byOwner.keys();
    if (this.#byOwner.size > mostOwners && oldest !== undefined) this.#byOwner.delete(oldest);
    this.#values = undefined;
  }

  /** Also as they are within JSON. */
  #all(): readonly string[] {
    const values = () => [...this.#byOwner.values()].flat();
    const inJson = (value: string) => JSON.stringify(value).slice(1, -1);
    return (this.#values ??= [...new Set(values().flatMap((value) => [value, inJson(value)]))].sort(
      (a, b) => b.length - a.length,
    ));
  }

  #secretsIn(data: unknown, path: readonly string[], marks: readonly string[]): string[] {
    if (this.#isSecret(path, marks)) return textsIn(data);
    if (marks.length === 0 && isOutsideNamed(path)) return [];
    return partsOf(data, path.at(-1)).flatMap(({ name, value }) =>
      this.#secretsIn(value, [...path, name], marks),
    );
  }

  #masked(data: unknown, path: readonly string[], marks: readonly string[]): unknown {
    if (data === undefined || data === null) return data;
    if (this.#isSecret(path, marks)) return masked;
    if (typeof data === 'string') return this.text(data);
    if (typeof data !== 'object' || this.#hasNoSecrets(path, marks)) return data;
    let isChanged = false;
    const parts = partsOf(data, path.at(-1)).map(({ name, value, prefix }) => {
      const safe = this.#masked(value, [...path, name], marks);
      isChanged ||= safe !== value;
      return [name, prefix === undefined ? safe : `${prefix}${String(safe)}`] as const;
    });
    if (!isChanged) return data;
    return Array.isArray(data) ? parts.map(([, value]) => value) : Object.fromEntries(parts);
  }

  /** Whether nothing at the path, or below it, can be a secret. */
  #hasNoSecrets(path: readonly string[], marks: readonly string[]): boolean {
    return marks.length === 0 && this.#all().length === 0 && isOutsideNamed(path);
  }

  #isSecret(path: readonly string[], marks: readonly string[]): boolean {
    if (path.length === 0) return false;
    if (marks.length > 0) {
      const field = formatPath(path);
      if (marks.some((mark) => isWithin(field, mark))) return true;
    }
    const area = named.find((names) => names.every((name, at) => name === '*' || name === path[at]));
    return area !== undefined && path.slice(area.length).some((name) => this.#isSecretName(name));
  }

  #isSecretName(name: string): boolean {
    const patterns = this.#patterns();
    if (this.#names?.patterns !== patterns)
      this.#names = { patterns, isSecret: secretNames(patterns), known: new Map() };
    const { known, isSecret } = this.#names;
    let result = known.get(name);
    if (result === undefined) {
      if (known.size === mostKnownNames) known.clear();
      known.set(name, (result = isSecret(name)));
    }
    return result;
  }
}

/** Whether nothing at the path, or below it, is secret by its name: most of a draft is not. */
function isOutsideNamed(path: readonly string[]): boolean {
  return !named.some((names) =>
    names.every((name, at) => at >= path.length || name === '*' || name === path[at]),
  );
}

function marksOf({ secrets = {} }: Marked): string[] {
  return Object.keys(secrets);
}

interface Part {
  name: string;
  value: unknown;
  /** Comes before the value in its text. */
  prefix?: string;
}

/** The parts of data by their names. OCI has an environment (`env`) as a list of `NAME=VALUE`. */
function partsOf(data: unknown, name: string | undefined): Part[] {
  if (isRecord(data)) return Object.entries(data).map(([key, value]) => ({ name: key, value }));
  if (!Array.isArray(data)) return [];
  return data.map((item: unknown, index) => {
    const end = name === 'env' && typeof item === 'string' ? item.indexOf('=') : -1;
    if (end < 0) return { name: String(index), value: item };
    const text = item as string;
    return { name: text.slice(0, end), value: text.slice(end + 1), prefix: text.slice(0, end + 1) };
  });
}

/** Long lines of a key are secrets of their own: outputs may break them up. */
function linesOf(text: string): string[] {
  return text.includes('\n') ? text.split('\n').filter((line) => line.length >= shortestLine) : [];
}

function textsIn(data: unknown): string[] {
  if (typeof data === 'string') return [data];
  return typeof data === 'object' && data !== null ? Object.values(data).flatMap(textsIn) : [];
}
