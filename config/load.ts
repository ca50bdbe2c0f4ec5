import { dirname, resolve } from 'node:path';
import { crossChecks } from './checks.ts';
import { derivedDefaults } from './derive.ts';
import { importFlags } from './overrides.ts';
import type { Origin, Location } from './origin.ts';
import { formatPath, parsePath } from './path.ts';
import { ConfigError, formatProblem, ifValid, inFileOrder } from './problem.ts';
import type { Problem } from './problem.ts';
import { type InForce, refuseEmpty } from './refuseEmpty.ts';
import { isSettingPath, schema, settingPaths } from './schema/index.ts';
import type { SettingPath } from './schema/setting.ts';
import { appliedFilePath, type DeclarationFile, type LostFile } from '../hooks/appliedFile.ts';
import { declarationsOf, readApplied, withApplied, withoutApplied } from './source/applied.ts';
import { type ConfigDocument, readDocument } from './source/document.ts';
import { defaultFile, readConfigFile } from './source/file.ts';
import { type ConfigFiles, type FileText, givenFiles, readConfigFiles } from './source/files.ts';
import { importDocument } from './source/import.ts';
import { type Reference, resolveReferences } from './source/references.ts';
import { SettingStore, segmentsOf, toRaw } from './SettingStore.ts';
import type { PluginEntry, PouchConfig } from './types.ts';
import { warningsOf } from './warnings.ts';
import { nest } from './written.ts';
import type { Issue, Segment } from './formats/format.ts';

export interface LoadOptions {
  /**
   * Path of the configuration file, or null for none; default $POUCHD_CONFIG, then the default file, which may be
   * missing.
   */
  readonly file?: string | null;
  /** Text in the place of that of the file; with `file`. */
  readonly text?: string;
  /** Texts of all files, in the place of those on the disk: of an earlier load. */
  readonly texts?: readonly FileText[];
  /** The configuration that this one would replace: the main file is not to become empty. */
  readonly inForce?: InForce;
  /** Source of POUCHD_… variables and of `${env:NAME}`; default none. */
  readonly env?: NodeJS.ProcessEnv;
  /** pouchd's options by flag (`log-level`, `logLevel`) or setting (`log.level`); undefined ones are ignored. */
  readonly flags?: Record<string, unknown>;
  /**
   * A file whose declarations take the place of those of the files; null for none. Default: the one that was applied
   * to the host.
   */
  readonly applied?: DeclarationFile | null;
  /**
   * Whether a mistake in a reference concerns the declared object, the plugin or the credentials alone that have it
   * (hooks/unread.ts), and an applied file with mistakes is lost: for a start, which has no other files to keep.
   */
  readonly isLenient?: boolean;
}

export interface LoadedConfig {
  readonly config: PouchConfig;
  /** Absolute path of the main file; absent without one. */
  readonly file?: string;
  /** Absolute paths of all files: the main one, included ones and those of conf.d. */
  readonly files: readonly string[];
  /** The texts of these files, in the order in which they were merged. */
  readonly texts: readonly FileText[];
  /** Texts with `${env:…}` and `${file:…}`. */
  readonly references: readonly Reference[];
  /** Mistakes in references of credentials, which a lenient load has left out. */
  readonly unread: readonly string[];
  /** Whether the main file is missing, or has no settings. */
  readonly isMainEmpty: boolean;
  /** The file whose declarations are in force in the place of those of `files`. */
  readonly applied?: DeclarationFile;
  /** The file that was applied cannot be used: nothing is declared here, also by `files`. */
  readonly lost?: LostFile;
  /** Valid but probably unintended settings, one sentence each. */
  readonly warnings: readonly string[];
  /** Returns the origin of a value: `log.level`, `plugins[0].options`. */
  originOf(path: string): Origin;
  /**
   * Returns the location of a value in the file, or of the nearest enclosing value; undefined if neither is in the
   * file.
   * @param path - `plugins[0].options.entries`, a JSON pointer `/plugins/0/options/entries`, or segments
   */
  lineOf(path: string | readonly Segment[]): Location | undefined;
}

/**
 * Loads the configuration from its files, the environment, which overrides them, and the flags, which override
 * both. It is checked and complete.
 * @throws ConfigError PCH_CONFIG_INVALID with the problems of all sources, PCH_CONFIG_NOT_FOUND or
 * PCH_CONFIG_UNREADABLE
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const env = options.env ?? {};
  const source = filesOf(options);
  if (options.inForce) refuseEmpty(options.inForce, source);
  const { applied, declarations, lost } =
    options.applied === undefined ? appliedTo(source?.document, options) : given(options.applied);
  const merged = inForceOf(source?.document, { declarations, lost });
  const { document, references, unread } = merged ? resolveReferences(merged, env, options) : noDocument;
  const problems: Problem[] = [...(document?.problems ?? [])];
  const report = (problem: Problem): void => void problems.push(problem);
  const store = new SettingStore((path, issue, origin) => {
    // A value derived from an invalid one is invalid too; crossChecks() reports the cause.
    if (origin.kind !== 'derived') report(toProblem(document, path, issue, origin));
  });
  if (document) importDocument(document, store, report);
  store.importEnvironment(env);
  importFlags(options.flags ?? {}, store, report);
  fillDerived(store);
  resolvePluginPaths(store, document);
  crossChecks(store, (path, issue) => report(toProblem(document, path, issue, store.origin(path))));
  if (problems.length > 0 || !store.isSound()) throw invalid(problems, source?.files);
  const { main, files = [], texts = [], isMainEmpty = true } = source ?? {};
  const origins = {
    document,
    references,
    unread: unread.map(formatProblem),
    ...(applied && { applied }),
    ...(lost && { lost }),
  };
  return loaded(store, { main, files, texts, isMainEmpty, ...origins }, env);
}

interface Applied {
  readonly applied?: DeclarationFile;
  /** What it declares. */
  readonly declarations?: ConfigDocument | undefined;
  readonly lost?: LostFile | undefined;
}

function given(applied: DeclarationFile | null): Applied {
  return applied ? { applied, declarations: declarationsOf(applied) } : {};
}

function inForceOf(
  document: ConfigDocument | undefined,
  { declarations, lost }: Applied,
): ConfigDocument | undefined {
  if (declarations) return withApplied(document, declarations);
  return lost && document ? withoutApplied(document) : document;
}

/** The file that was applied to the host: it is in the root, which is a setting itself. */
function appliedTo(document: ConfigDocument | undefined, options: LoadOptions): Applied {
  const directory = rootIn(document, options);
  if (directory === undefined) return {};
  const { applied, lost } = readApplied(directory);
  const read = given(applied?.file ?? null);
  const [mistake] = options.isLenient ? (read.declarations?.problems ?? []) : [];
  if (!mistake) return { ...read, lost };
  return { lost: { file: appliedFilePath(directory), found: formatProblem(mistake), isDamaged: false } };
}

/** The root, whatever else is wrong with the configuration; undefined if it is invalid itself. */
export function rootOf(options: LoadOptions): string | undefined {
  const document =
    ifValid(() => filesOf(options)?.document) ?? ifValid(() => readConfigFile(namedFile(options)));
  return rootIn(document, options);
}

function rootIn(
  document: ConfigDocument | undefined,
  { env = {}, flags = {} }: LoadOptions,
): string | undefined {
  const ignore = () => undefined;
  const store = new SettingStore(ignore);
  const found = document?.root.has('root') ? document : document && lineOfRoot(document);
  const root = found?.root.get('root');
  if (found && root !== undefined)
    importDocument({ ...found, root: new Map([['root', root]]) }, store, ignore);
  store.importEnvironment(env);
  importFlags(flags, store, ignore);
  const value = store.get('root');
  return typeof value === 'string' ? value : undefined;
}

/** A main file with mistakes in its syntax has no values, but maybe this line. */
function lineOfRoot({ file, text }: ConfigDocument): ConfigDocument {
  return readDocument(file, /^root:.*$/m.exec(text)?.[0] ?? '');
}

const noDocument = { document: undefined, references: [], unread: [] };

/** The file that is named; undefined for the default one. */
export function namedFile({ file, env }: LoadOptions): string | undefined {
  return file ?? (env?.POUCHD_CONFIG || undefined);
}

function filesOf(options: LoadOptions): ConfigFiles | undefined {
  const { file, text, texts } = options;
  if (file === null) return undefined;
  const named = namedFile(options);
  if (texts) return givenFiles(named, texts);
  return text === undefined ? readConfigFiles(named) : readConfigFiles(named ?? defaultFile, text);
}

function toProblem(
  document: ConfigDocument | undefined,
  path: SettingPath,
  issue: Issue,
  origin: Origin,
): Problem {
  const segments = segmentsOf(path, issue.at);
  const { expected, found, hint } = issue;
  const place = origin.kind === 'file' ? document?.locate(segments) : sourceOf(origin);
  return { ...place, path: formatPath(segments), expected, found, ...(hint !== undefined && { hint }) };
}

function sourceOf(origin: Origin): { source: string } | undefined {
  return origin.kind === 'env' || origin.kind === 'flag' ? { source: origin.name } : undefined;
}

function invalid(problems: readonly Problem[], files?: readonly string[]): ConfigError {
  const hint =
    'fix these problems and verify with pouchd --check-config; see docs/reference/configuration.md for all settings';
  return new ConfigError('PCH_CONFIG_INVALID', inFileOrder(problems, files), hint);
}

function fillDerived(store: SettingStore): void {
  const state = (store.get('state') ?? schema.state.default) as string;
  const managed = (store.get('containerd.managed') ?? undefined) as boolean | undefined;
  const address = (store.get('containerd.address') ?? undefined) as string | undefined;
  for (const { path, from, value } of derivedDefaults({ state, managed, address })) {
    if (store.origin(path).kind !== 'default') continue;
    store.set(
      path,
      toRaw(value),
      store.origin(from).kind === 'default' ? { kind: 'default' } : { kind: 'derived', from },
    );
  }
}

function resolvePluginPaths(store: SettingStore, document: ConfigDocument | undefined): void {
  const entries = store.get('plugins') as readonly PluginEntry[] | undefined;
  if (!entries || !document) return;
  store.replace(
    'plugins',
    entries.map((entry, index) => {
      if (!entry.path) return entry;
      const { file } = document.locate(['plugins', index]) ?? document;
      return { ...entry, path: resolve(dirname(file), entry.path) };
    }),
  );
}

interface Source extends Pick<
  LoadedConfig,
  'files' | 'texts' | 'references' | 'unread' | 'isMainEmpty' | 'applied' | 'lost'
> {
  readonly main: string | undefined;
  readonly document: ConfigDocument | undefined;
}

function loaded(store: SettingStore, source: Source, env: NodeJS.ProcessEnv): LoadedConfig {
  const { document, main, files, texts, references, unread, isMainEmpty, applied, lost } = source;
  const values = settingPaths.map((path) => [path, plain(store.get(path))] as const);
  const config = nest(values) as unknown as PouchConfig;
  return {
    config,
    ...(main !== undefined && { file: main }),
    files,
    texts,
    references,
    unread,
    isMainEmpty,
    ...(applied && { applied }),
    ...(lost && { lost }),
    warnings: warningsOf(config, env),
    originOf: (path) => originOf(store, document, parsePath(path)),
    lineOf: (path) => document?.locate(typeof path === 'string' ? parsePath(path) : path),
  };
}

function originOf(
  store: SettingStore,
  document: ConfigDocument | undefined,
  segments: readonly Segment[],
): Origin {
  const path = [segments.slice(0, 2).join('.'), String(segments[0])].find(isSettingPath);
  if (!path) throw new RangeError(`no setting ${formatPath(segments)}`);
  const origin = store.origin(path);
  const place = origin.kind === 'file' ? document?.locate(segments) : undefined;
  return place ? { kind: 'file', ...place } : origin;
}

function plain(value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value;
}
