/** The file that a client has applied: its declarations are in force in the place of those of the host's files. */
import { Value } from '@sinclair/typebox/value';
import {
  AppliedFile,
  appliedFilePath,
  damagedFilePath,
  type DeclarationFile,
  type LostFile,
} from '../../hooks/appliedFile.ts';
import { show } from '../formats/format.ts';
import { ConfigError, type Problem } from '../problem.ts';
import { declaredSections, isDeclaredSection } from '../schema/declared.ts';
import { didYouMean } from '../suggest.ts';
import { type ConfigDocument, type RawMap, readDocument } from './document.ts';
import { overlaidDocument } from './merge.ts';
import { readText } from './readText.ts';

/** What a root has of an applied file. */
export interface AppliedState {
  /** Missing: the host's own files are in force, unless it is lost. */
  readonly applied?: AppliedFile;
  readonly lost?: LostFile;
}

/** Reads the applied file of a root, and changes nothing: a damaged one stays where it is. */
export function readApplied(root: string): AppliedState {
  const state = readOne(appliedFilePath(root));
  if (state !== 'missing') return state;
  const file = damagedFilePath(root);
  const aside = readOne(file);
  if (aside === 'missing') return {};
  return { lost: { file, found: aside.lost?.found ?? 'a file that was put aside', isDamaged: true } };
}

function readOne(file: string): AppliedState | 'missing' {
  try {
    const parsed = parse(readText(file));
    if (Value.Check(AppliedFile, parsed)) return { applied: parsed };
    const { version } = parsed as { version?: unknown };
    const isNewer = typeof version === 'number' && version > 1;
    return { lost: { file, found: isNewer ? `version ${version}` : 'other content', isDamaged: !isNewer } };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    if (code === 'EISDIR') return { lost: { file, found: 'a directory', isDamaged: true } };
    // The file may be whole, and only this read of it has failed.
    return { lost: { file, found: code ?? message, isDamaged: code === undefined } };
  }
}

/** Messages of JSON.parse() quote the text, which may have secrets. */
function parse(text: string): object {
  if (text.trim() === '') throw new Error('an empty file');
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    throw new Error('other content');
  }
}

/** What a caller gets that needs the declarations in force. */
export function lostError({ file, found, isDamaged }: LostFile): ConfigError {
  const hint = isDamaged
    ? 'apply the file again, or return to the declarations of the host by `pouch apply --host-files`'
    : 'run this as root, once the file can be read';
  const problem = { file, path: '', expected: 'the file that was applied', found };
  return new ConfigError('PCH_CONFIG_UNREADABLE', [problem], hint);
}

/** Returns the settings of the files with the declarations of the applied file, and with its mistakes. */
export function withApplied(base: ConfigDocument | undefined, applied: ConfigDocument): ConfigDocument {
  const settings = withoutDeclarations(base);
  const placeIn = <Place>(path: readonly unknown[], of: (document: ConfigDocument) => Place) =>
    isDeclaredSection(path[0]) ? of(applied) : base && of(base);
  return {
    file: base?.file ?? applied.file,
    text: base?.text ?? '',
    root: new Map([...settings, ...applied.root]),
    problems: [...(base?.problems ?? []), ...applied.problems],
    locate: (path) => placeIn(path, (document) => document.locate(path)),
    locateKey: (path) => placeIn(path, (document) => document.locateKey(path)),
  };
}

/** Returns the settings of the files where what was applied is lost: their declarations are not in force. */
export function withoutApplied(base: ConfigDocument): ConfigDocument {
  return { ...base, root: withoutDeclarations(base) };
}

/** The settings that an applied file leaves in force. */
function withoutDeclarations(base: ConfigDocument | undefined): Map<string, unknown> {
  if (!base) return new Map([['apiVersion', 'pouch/v1']]);
  return new Map([...base.root].filter(([key]) => !isDeclaredSection(key)));
}

/** Reads the declarations of an applied file. Its mistakes are problems of the document. */
export function declarationsOf({ name, text, host }: DeclarationFile): ConfigDocument {
  const document = readDocument(name, text);
  const common = sectionsIn(document, ['apiVersion', 'hosts']);
  const declared = host === undefined ? common : overlaidDocument(common, overlayIn(document, host));
  const problems = [...declared.problems, ...versionProblems(document), ...hostProblems(document, host)];
  const isEmpty = declared.root.size === 0 && problems.length === 0;
  return { ...declared, problems: isEmpty ? [nothingDeclared(document)] : problems };
}

/** A document with declared sections only; other keys are problems, unless they have a meaning of their own. */
function sectionsIn(document: ConfigDocument, others: readonly string[]): ConfigDocument {
  const { root, problems } = document;
  const keys = [...root.keys()];
  const unknown = keys.filter((key) => !isDeclaredSection(key) && !others.includes(key));
  return {
    ...document,
    root: new Map([...root].filter(([key]) => isDeclaredSection(key))),
    problems: [...problems, ...unknown.map((key) => unknownKey(document, key, others))],
  };
}

function unknownKey(document: ConfigDocument, key: string, others: readonly string[]): Problem {
  const known = [...declaredSections, ...others];
  return {
    ...document.locateKey([key]),
    path: key,
    expected: `one of ${known.join(', ')}`,
    found: `the key ${show(key)}`,
    hint: didYouMean(key, known) ?? 'settings of the daemon are those of pouchd.yaml on the host',
  };
}

/** The entry of one host in `hosts`, as a document. */
function overlayIn(document: ConfigDocument, host: string): ConfigDocument {
  const hosts = document.root.get('hosts');
  const entry = hosts instanceof Map ? (hosts as RawMap).get(host) : undefined;
  const path = ['hosts', host];
  const inner: ConfigDocument = {
    file: document.file,
    text: document.text,
    root: entry instanceof Map ? (entry as RawMap) : new Map(),
    problems: [],
    locate: (below) => document.locate([...path, ...below]),
    locateKey: (below) => document.locateKey([...path, ...below]),
  };
  return sectionsIn(inner, ['host']);
}

function hostProblems(document: ConfigDocument, host: string | undefined): Problem[] {
  if (document.problems.length > 0 && document.root.size === 0) return [];
  const hosts = document.root.get('hosts');
  const problemAt = (path: readonly string[], expected: string, found: string): Problem[] => [
    { ...document.locate(path), path: path.join('.'), expected, found },
  ];
  if (host === undefined)
    return hosts === undefined
      ? []
      : problemAt(['hosts'], 'a file of one host', 'hosts without a chosen one');
  if (!(hosts instanceof Map) || !hosts.has(host))
    return problemAt(
      ['hosts'],
      `the host ${host}`,
      hosts instanceof Map ? 'others only' : show(hosts ?? null),
    );
  const entry = (hosts as RawMap).get(host);
  if (entry === null || entry instanceof Map) return [];
  return problemAt(['hosts', host], 'a map of its sections', show(entry));
}

function versionProblems(document: ConfigDocument): Problem[] {
  const version = document.root.get('apiVersion');
  if (version === undefined || version === 'pouch/v1') return [];
  const place = { ...document.locate(['apiVersion']), path: 'apiVersion' };
  return [{ ...place, expected: 'pouch/v1', found: show(version) }];
}

function nothingDeclared({ file }: ConfigDocument): Problem {
  return {
    file,
    path: '',
    expected: `declarations: ${declaredSections.join(', ')}`,
    found: 'none',
    hint: 'write `containers: {}` to declare that the host has none',
  };
}
