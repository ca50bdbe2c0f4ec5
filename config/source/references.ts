/**
 * References in values of declared objects, in credentials of registries and in options of plugins: `${env:NAME}` and
 * `${file:/PATH}`.
 */
import { isAbsolute } from 'node:path';
import type { Segment } from '../formats/format.ts';
import { unread } from '../../hooks/unread.ts';
import { formatPath } from '../path.ts';
import { formatProblem, type Problem } from '../problem.ts';
import { declaredSections } from '../schema/declared.ts';
import type { ConfigDocument, RawMap } from './document.ts';
import { readSecretFile } from './secretFile.ts';

/** A text of the files that is not its own value. */
export interface Reference {
  /** Of the text: `['containers', 'web', 'env', 'TZ']`. */
  readonly path: readonly Segment[];
  /** As it is written, with its references. */
  readonly text: string;
  readonly value: string;
  /** Contents of the files in it, which are not shown. */
  readonly secrets: readonly string[];
}

/** `$${` is a literal `${`. */
const form = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** A document with the values of its references. */
export interface Resolved {
  readonly document: ConfigDocument;
  readonly references: readonly Reference[];
  /** Of credentials that were left out. */
  readonly unread: readonly Problem[];
}

/**
 * Returns the document with the values of its references. Mistakes are problems of the document. Where it is lenient,
 * declared objects and plugins of files that have some are unread, credentials that have some are left out, and the
 * others are sound.
 */
export function resolveReferences(
  document: ConfigDocument,
  env: NodeJS.ProcessEnv,
  { isLenient = false }: { isLenient?: boolean | undefined } = {},
): Resolved {
  const resolver = new Resolver(document, env);
  const root = new Map(document.root);
  for (const section of declaredSections)
    if (root.has(section))
      root.set(section, sectionWith(root.get(section), section, { resolver, isLenient }));
  const registries = root.get('registries');
  if (registries instanceof Map && registries.has('credentials')) {
    const given: unknown = registries.get('credentials');
    const credentials = isLenient
      ? readableIn(given, resolver)
      : resolver.below(given, ['registries', 'credentials'], 2);
    root.set('registries', new Map(registries).set('credentials', credentials));
  }
  const plugins = root.get('plugins');
  if (Array.isArray(plugins))
    root.set(
      'plugins',
      plugins.map((entry: unknown, index) => withOptions(entry, index, { resolver, isLenient })),
    );
  const { references, problems, leftOut } = resolver;
  return {
    document: { ...document, root, problems: [...document.problems, ...problems] },
    references,
    unread: leftOut,
  };
}

function sectionWith(
  value: unknown,
  section: string,
  { resolver, isLenient }: { resolver: Resolver; isLenient: boolean },
): unknown {
  if (!isLenient || !(value instanceof Map)) return resolver.below(value, [section], 2);
  const objects = [...(value as RawMap)].map(
    ([name, options]) => [name, readOrUnread(options, [section, name], resolver)] as const,
  );
  return new Map(objects);
}

function readOrUnread(options: unknown, path: readonly Segment[], resolver: Resolver): unknown {
  const { read, found } = resolver.apart(options, path);
  return found.length === 0 ? read : unread(found.map(formatProblem).join('; '));
}

/** The credentials by registry without those that have mistakes in references. */
function readableIn(value: unknown, resolver: Resolver): unknown {
  if (!(value instanceof Map)) return value;
  const registries = [...(value as RawMap)].flatMap(([host, credentials]) => {
    const { read, found } = resolver.apart(credentials, ['registries', 'credentials', host]);
    resolver.leftOut.push(...found);
    return found.length === 0 ? [[host, read] as const] : [];
  });
  return new Map(registries);
}

function withOptions(
  entry: unknown,
  index: number,
  { resolver, isLenient }: { resolver: Resolver; isLenient: boolean },
): unknown {
  if (!(entry instanceof Map) || !entry.has('options')) return entry;
  const path = ['plugins', index, 'options'];
  const options: unknown = entry.get('options');
  return new Map(entry).set(
    'options',
    // A pouchd that starts without a built-in plugin may lack its API, or the host agent.
    isLenient && entry.has('path') ? readOrUnread(options, path, resolver) : resolver.below(options, path, 1),
  );
}

class Resolver {
  readonly references: Reference[] = [];
  readonly problems: Problem[] = [];
  /** Of values that are left out of the document. */
  readonly leftOut: Problem[] = [];
  readonly #document: ConfigDocument;
  readonly #env: NodeJS.ProcessEnv;

  constructor(document: ConfigDocument, env: NodeJS.ProcessEnv) {
    this.#document = document;
    this.#env = env;
  }

  /** Resolves the options of one object, and returns its mistakes, which are left out of those of the document. */
  apart(options: unknown, path: readonly Segment[]): { read: unknown; found: readonly Problem[] } {
    const known = this.problems.length;
    const read = this.below(options, path, 1);
    return { read, found: this.problems.splice(known) };
  }

  /** @param depth levels of maps above the first references: a name has a map of options, and no text */
  below(value: unknown, path: readonly Segment[], depth: number): unknown {
    if (value instanceof Map)
      return new Map(
        [...(value as RawMap)].map(([key, inner]) => [key, this.below(inner, [...path, key], depth - 1)]),
      );
    if (depth > 0) return value;
    if (Array.isArray(value))
      return value.map((inner: unknown, index) => this.below(inner, [...path, index], depth - 1));
    return typeof value === 'string' && value.includes('${') ? this.#resolve(value, path) : value;
  }

  #resolve(text: string, path: readonly Segment[]): string {
    const secrets: string[] = [];
    const value = text.replaceAll(form, (whole, reference: string | undefined, end: string) => {
      if (reference === undefined) return '${';
      const [, kind = '', name = ''] = /^([^:]*):?(.*)$/s.exec(end ? reference : '') ?? [];
      if (kind === 'env' && name !== '') return this.#variable(name, path);
      if (kind !== 'file' || !isAbsolute(name)) return this.#refuse(path, unknown(whole));
      const read = readSecretFile(name);
      if ('refused' in read) return this.#refuse(path, read.refused);
      secrets.push(read.text);
      return read.text;
    });
    this.references.push({ path, text, value, secrets });
    return value;
  }

  #variable(name: string, path: readonly Segment[]): string {
    const value = this.#env[name];
    if (value !== undefined) return value;
    return this.#refuse(path, {
      expected: 'a variable of pouchd',
      found: `no variable ${name}`,
      hint: 'set it in the environment of pouchd, such as by Environment= in its unit',
    });
  }

  #refuse(path: readonly Segment[], problem: Pick<Problem, 'expected' | 'found' | 'hint'>): string {
    this.problems.push({ ...this.#document.locate(path), path: formatPath(path), ...problem });
    return '';
  }
}

function unknown(found: string): Pick<Problem, 'expected' | 'found' | 'hint'> {
  return {
    expected: '${env:NAME} or ${file:/ABSOLUTE/PATH}',
    found: found.slice(0, 100),
    hint: 'write $${ for a literal ${',
  };
}
