/** The file that a client has applied: its declarations are in force in the place of those of the host's files. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Value } from '@sinclair/typebox/value';
import { AppliedFile, appliedFilePath, type DeclarationFile } from '../../hooks/appliedFile.ts';
import { show } from '../formats/format.ts';
import { ConfigError, type Problem } from '../problem.ts';
import { declaredSections, isDeclaredSection } from '../schema/declared.ts';
import { didYouMean } from '../suggest.ts';
import { type ConfigDocument, type RawMap, readDocument } from './document.ts';
import { overlaidDocument } from './merge.ts';

/**
 * Returns the applied file of a root; undefined if the host's own files are in force.
 * @throws ConfigError PCH_CONFIG_UNREADABLE if it is damaged: without it, its containers would be removed
 */
export function readApplied(root: string): AppliedFile | undefined {
  const file = appliedFilePath(root);
  try {
    const parsed: unknown = JSON.parse(readText(file));
    if (Value.Check(AppliedFile, parsed)) return parsed;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code !== undefined) throw unusable(file, 'a file that this user can read', code, 'run this as root');
  }
  const hint = 'remove it to return to the declarations of the files of the host';
  throw unusable(file, 'the file that pouchd has written', 'other content', hint);
}

function readText(file: string): string {
  const fd = openSync(file, 'r');
  try {
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function unusable(file: string, expected: string, found: string, hint: string): ConfigError {
  return new ConfigError('PCH_CONFIG_UNREADABLE', [{ file, path: '', expected, found }], hint);
}

/** Returns the settings of the files with the declarations of the applied file, and with its mistakes. */
export function withApplied(base: ConfigDocument | undefined, file: DeclarationFile): ConfigDocument {
  const settings = withoutDeclarations(base);
  const applied = declarationsOf(file);
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

/** The settings that an applied file leaves in force. */
export function withoutDeclarations(base: ConfigDocument | undefined): Map<string, unknown> {
  if (!base) return new Map([['apiVersion', 'pouch/v1']]);
  return new Map([...base.root].filter(([key]) => !isDeclaredSection(key)));
}

function declarationsOf({ name, text, host }: DeclarationFile): ConfigDocument {
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
