/** Changes of settings in the configuration file, whose other text stays: comments, order and the other settings. */
import { isMap, parseDocument } from 'yaml';
import { type LoadedConfig, type LoadOptions, loadConfig, namedFile } from './load.ts';
import { formatOrigin } from './origin.ts';
import { ConfigError, type Problem } from './problem.ts';
import { isSettingPath, settingPaths } from './schema/index.ts';
import { readConfigText } from './source/file.ts';
import { didYouMean } from './suggest.ts';

/** Values by setting, in the form that the file has; null removes a setting, so that its default applies. */
export type SettingChanges = Readonly<Record<string, unknown>>;

export interface ChangedFile {
  /** Absolute path. */
  readonly file: string;
  /** What the file had; undefined if it did not exist. */
  readonly before: string | undefined;
  readonly text: string;
  /** The configuration with that text. */
  readonly loaded: LoadedConfig;
}

/**
 * Returns the file with the changes, and writes nothing.
 * @throws ConfigError PCH_CONFIG_INVALID for unknown settings, invalid values, and settings that a flag or a variable
 * overrides; the others of `loadConfig`
 */
export function changedFile(options: LoadOptions, changes: SettingChanges): ChangedFile {
  const { file, text: before } = readConfigText(namedFile(options));
  checkKnown(changes);
  // Mistakes that the file has already are reported as such: with a setting it would no longer be empty.
  if (before !== undefined || options.inForce) loadConfig({ ...options, file, text: before ?? '' });
  const text = edited(before ?? 'apiVersion: pouch/v1\n', changes);
  const loaded = loadChanged({ ...options, file, text });
  checkInForce(file, loaded, changes);
  return { file, before, text, loaded };
}

function edited(before: string, changes: SettingChanges): string {
  const document = parseDocument(before);
  for (const [path, value] of Object.entries(changes)) {
    const segments = path.split('.');
    const [group = '', name] = segments;
    if (value === null) document.deleteIn(segments);
    else {
      // A group without settings is null.
      if (name !== undefined && !isMap(document.get(group))) document.set(group, document.createNode({}));
      // A scalar in the place of another one keeps its comment.
      document.setIn(segments, typeof value === 'object' ? document.createNode(value) : value);
    }
  }
  return document.toString({ lineWidth: 0 });
}

/** Lines of a text that is not written mean nothing to its user. */
function loadChanged(options: LoadOptions): LoadedConfig {
  try {
    return loadConfig(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.problems.map(({ line: _line, column: _column, ...problem }) => problem);
    throw new ConfigError(
      'PCH_CONFIG_INVALID',
      problems,
      'the file is as it was; see docs/reference/configuration.md',
    );
  }
}

function checkKnown(changes: SettingChanges): void {
  const problems = Object.keys(changes)
    .filter((path) => !isSettingPath(path))
    .map((path): Problem => {
      const hint = didYouMean(path, settingPaths);
      return { path, expected: 'a setting', found: 'an unknown name', ...(hint !== undefined && { hint }) };
    });
  if (problems.length > 0)
    throw new ConfigError(
      'PCH_CONFIG_INVALID',
      problems,
      'see docs/reference/configuration.md for all settings',
    );
}

/** The file says nothing about what a flag, a variable or a file of conf.d sets. */
function checkInForce(file: string, loaded: LoadedConfig, changes: SettingChanges): void {
  const problems = Object.keys(changes).flatMap((path): Problem[] => {
    const origin = loaded.originOf(path);
    const isOwn =
      origin.kind === 'file' ? origin.file === file : origin.kind !== 'env' && origin.kind !== 'flag';
    if (isOwn) return [];
    return [
      { file, path, expected: 'a setting of the file', found: `${formatOrigin(origin)}, which overrides it` },
    ];
  });
  if (problems.length > 0)
    throw new ConfigError('PCH_CONFIG_INVALID', problems, 'change it there, or start pouchd without it');
}
