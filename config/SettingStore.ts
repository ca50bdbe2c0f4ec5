import convict from 'convict';
import type { Issue, Segment } from './formats/format.ts';
import type { Origin } from './origin.ts';
import { envName, schema, settingPaths } from './schema/index.ts';
import type { SettingPath } from './schema/setting.ts';

/** Reports a problem of a setting and its source. */
type ReportSetting = (path: SettingPath, issue: Issue, origin: Origin) => void;

/**
 * Stands in convict for a value that could not be decoded, with what is wrong with it. convict's formats are those of
 * the process: where this module is loaded twice, its values come from either copy, so that they are known by a mark.
 */
class Invalid {
  readonly isInvalidSetting = true;
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    this.issues = issues;
  }
}

function isInvalid(value: unknown): value is Invalid {
  return typeof value === 'object' && value !== null && 'isInvalidSetting' in value;
}

/**
 * The settings in convict: defaults, overridden by `set` and `importEnvironment`. Their origins stand beside it.
 *
 * convict reads dots in names and object keys as paths, and a group with a key `default` as a setting. Therefore all
 * settings are at the top level, named by their path with slashes, and maps are `Map`s.
 */
export class SettingStore {
  readonly #report: ReportSetting;
  readonly #origins = new Map<SettingPath, Origin>();
  readonly #env: NodeJS.ProcessEnv = {};
  readonly #values: convict.Config<Record<string, unknown>>;

  constructor(report: ReportSetting) {
    this.#report = report;
    this.#values = convict<Record<string, unknown>>(convictSchema(), { env: this.#env, args: [] });
  }

  /** Returns the value; undefined if it is invalid, null if it is a default not yet derived. */
  get(path: SettingPath): unknown {
    const value = this.#values.get(slashed(path));
    return isInvalid(value) ? undefined : value;
  }

  origin(path: SettingPath): Origin {
    return this.#origins.get(path) ?? { kind: 'default' };
  }

  /**
   * Decodes a raw value and sets it; problems are reported. convict decodes strings again, so a format that decodes
   * to a string must decode that string to itself.
   */
  set(path: SettingPath, raw: unknown, origin: Origin): void {
    this.#values.set(slashed(path), decode(path, raw));
    this.#attribute(path, origin);
  }

  /** Replaces the value by a decoded one and keeps the origin. */
  replace(path: SettingPath, value: unknown): void {
    this.#values.set(slashed(path), value);
  }

  /** Overrides values with POUCHD_… variables. An empty variable counts as unset. */
  importEnvironment(env: NodeJS.ProcessEnv): void {
    const given = settingPaths.flatMap((path) => {
      const name = envName(path);
      return name && env[name] ? [{ path, name, text: env[name] }] : [];
    });
    for (const { name, text } of given) this.#env[name] = text;
    this.#values.load({});
    for (const { path, name } of given) this.#attribute(path, { kind: 'env', name });
  }

  /** Returns whether every setting is valid. */
  isSound(): boolean {
    try {
      this.#values.validate({ allowed: 'strict' });
      return true;
    } catch {
      return false;
    }
  }

  /** Notes where the value came from, and reports what is wrong with it. */
  #attribute(path: SettingPath, origin: Origin): void {
    this.#origins.set(path, origin);
    const value: unknown = this.#values.get(slashed(path));
    if (isInvalid(value)) for (const issue of value.issues) this.#report(path, issue, origin);
  }
}

function decode(path: SettingPath, raw: unknown): unknown {
  const { format, nullable } = schema[path];
  if (raw === null && nullable) return null;
  const issues: Issue[] = [];
  return format.decode(raw, (issue) => issues.push(issue)) ?? new Invalid(issues);
}

function convictSchema(): convict.Schema<Record<string, unknown>> {
  const entries = settingPaths.map((path) => {
    const { default: fallback, doc, since } = schema[path];
    return [
      slashed(path),
      { default: initial(path, fallback), format: path, doc, since, env: envName(path) },
    ];
  });
  return Object.fromEntries(entries) as convict.Schema<Record<string, unknown>>;
}

/** Returns the decoded default. A test asserts that defaults are valid. */
function initial(path: SettingPath, fallback: unknown): unknown {
  return fallback === null ? null : decode(path, toRaw(fallback));
}

/** Converts a written value of the schema to the raw form of the file: scalars as text, objects as `Map`. */
export function toRaw(written: unknown): unknown {
  if (written === null) return null;
  if (Array.isArray(written)) return written.map(toRaw);
  if (typeof written === 'object')
    return new Map(Object.entries(written).map(([key, value]) => [key, toRaw(value)]));
  return String(written);
}

convict.addFormats(
  Object.fromEntries(
    settingPaths.map((path) => [
      path,
      {
        validate(value: unknown) {
          if (isInvalid(value)) throw new Error('invalid');
        },
        coerce: (text: string) => decode(path, oneText(path, text)),
      },
    ]),
  ),
);

/** Returns the raw value of a variable or flag, where a list is comma-separated text. */
export function oneText(path: SettingPath, text: string): unknown {
  if (schema[path].format.json.type !== 'array') return text;
  return text === '' ? [] : text.split(',').map((part) => part.trim());
}

function slashed(path: SettingPath): string {
  return path.replace('.', '/');
}

/** Returns the segments of a setting and of a location within its value. */
export function segmentsOf(path: SettingPath, at: readonly Segment[] = []): Segment[] {
  return [...path.split('.'), ...at];
}
