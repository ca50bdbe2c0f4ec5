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

/**
 * Returns the document with the values of its references. Mistakes are problems of the document; where it is lenient,
 * declared objects that have some are unread, and the others are sound.
 */
export function resolveReferences(
  document: ConfigDocument,
  env: NodeJS.ProcessEnv,
  { isLenient = false }: { isLenient?: boolean | undefined } = {},
): { document: ConfigDocument; references: readonly Reference[] } {
  const resolver = new Resolver(document, env);
  const root = new Map(document.root);
  for (const section of declaredSections)
    if (root.has(section))
      root.set(section, sectionWith(root.get(section), section, { resolver, isLenient }));
  const registries = root.get('registries');
  if (registries instanceof Map && registries.has('credentials')) {
    const credentials = resolver.below(registries.get('credentials'), ['registries', 'credentials'], 2);
    root.set('registries', new Map(registries).set('credentials', credentials));
  }
  const plugins = root.get('plugins');
  if (Array.isArray(plugins))
    root.set(
      'plugins',
      plugins.map((entry: unknown, index) => withOptions(entry, index, resolver)),
    );
  const { references, problems } = resolver;
  return { document: { ...document, root, problems: [...document.problems, ...problems] }, references };
}

function sectionWith(
  value: unknown,
  section: string,
  { resolver, isLenient }: { resolver: Resolver; isLenient: boolean },
): unknown {
  if (!isLenient || !(value instanceof Map)) return resolver.below(value, [section], 2);
  const objects = [...(value as RawMap)].map(([name, options]) => {
    const known = resolver.problems.length;
    const read = resolver.below(options, [section, name], 1);
    const found = resolver.problems.splice(known);
    return [name, found.length === 0 ? read : unread(found.map(formatProblem).join('; '))] as const;
  });
  return new Map(objects);
}

function withOptions(entry: unknown, index: number, resolver: Resolver): unknown {
  if (!(entry instanceof Map) || !entry.has('options')) return entry;
  const path = ['plugins', index, 'options'];
  return new Map(entry).set('options', resolver.below(entry.get('options'), path, 1));
}

class Resolver {
  readonly references: Reference[] = [];
  readonly problems: Problem[] = [];
  readonly #document: ConfigDocument;
  readonly #env: NodeJS.ProcessEnv;

  constructor(document: ConfigDocument, env: NodeJS.ProcessEnv) {
    this.#document = document;
    this.#env = env;
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
