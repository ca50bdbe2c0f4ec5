import convict from 'convict';
import type { Issue, Segment } from './formats/format.ts';
import type { Origin } from './origin.ts';
import { envName, schema, settingPaths } from './schema/index.ts';
import type { SettingPath } from './schema/setting.ts';

/** Reports a problem of a setting and its source. */
type ReportSetting = (path: SettingPath, issue: Issue, origin: Origin) => void;

/** Placeholder of a value that could not be decoded; its problems have been reported. */
class InvalidValue {}

/**
 * The settings in convict: defaults, overridden by `set` and `importEnvironment`.
 *
 * convict reads dots in names and object keys as paths, and a group with a key `default` as a setting. Therefore all
 * settings are at the top level, named by their path with slashes, and maps are `Map`s.
 */
export class SettingStore {
  readonly #report: ReportSetting;
  readonly #origins = new Map<SettingPath, Origin>();
  readonly #env: NodeJS.ProcessEnv = {};
  readonly #values: convict.Config<Record<string, unknown>>;
  /** The current source while a format is called. */
  #source: (path: SettingPath) => Origin = () => ({ kind: 'default' });

  constructor(report: ReportSetting) {
    this.#report = report;
    this.#values = convict<Record<string, unknown>>(convictSchema(), { env: this.#env, args: [] });
    stores.set(this.#values, this);
  }

  /** Returns the value; undefined if it is invalid, null if it is a default not yet derived. */
  get(path: SettingPath): unknown {
    const value = this.#values.get(slashed(path));
    return value instanceof InvalidValue ? undefined : value;
  }

  origin(path: SettingPath): Origin {
    return this.#origins.get(path) ?? { kind: 'default' };
  }

  /**
   * Decodes a raw value and sets it; problems are reported. convict decodes strings again, so a format that decodes
   * to a string must decode that string to itself.
   */
  set(path: SettingPath, raw: unknown, origin: Origin): void {
    this.#source = () => origin;
    this.#values.set(slashed(path), this.decode(path, raw));
    this.#origins.set(path, origin);
  }

  /** Replaces the value by a decoded one and keeps the origin. */
  replace(path: SettingPath, value: unknown): void {
    this.#values.set(slashed(path), value);
  }

  /** Overrides values with POUCHD_… variables. An empty variable counts as unset. */
  importEnvironment(env: NodeJS.ProcessEnv): void {
    for (const path of settingPaths) {
      const name = envName(path);
      if (!name || !env[name]) continue;
      this.#env[name] = env[name];
      this.#origins.set(path, { kind: 'env', name });
    }
    this.#source = (path) => this.origin(path);
    this.#values.load({});
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

  /** Called by the formats in convict. Returns the value, or a placeholder that `isSound` rejects. */
  decode(path: SettingPath, raw: unknown): unknown {
    const setting = schema[path];
    if (raw === null && setting.nullable) return null;
    const origin = this.#source(path);
    return setting.format.decode(raw, (issue) => this.#report(path, issue, origin)) ?? new InvalidValue();
  }
}

/** The store of each convict instance: convict passes its own instance to a format. */
const stores = new WeakMap<object, SettingStore>();

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
  if (fallback === null) return null;
  return schema[path].format.decode(toRaw(fallback), () => undefined) ?? new InvalidValue();
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
          if (value instanceof InvalidValue) throw new Error('invalid');
        },
        coerce: ((text: string, instance: object) =>
          stores.get(instance)?.decode(path, oneText(path, text)) ?? text) as (text: string) => unknown,
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
