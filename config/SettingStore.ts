import convict from 'convict';
import type { Issue, Segment } from './formats/format.ts';
import type { Origin } from './origin.ts';
import { envName, schema, settingPaths } from './schema/index.ts';
import type { SettingPath } from './schema/setting.ts';

/** Takes one mistake of a setting and the source that made it. */
type ReportSetting = (path: SettingPath, issue: Issue, origin: Origin) => void;

/** Stands for a value that could not be decoded; its mistakes are reported already. */
class InvalidValue {}

/**
 * The settings in convict: defaults, then what `set` and `importEnvironment` put over them.
 *
 * convict takes dots in names and keys of objects for paths, and a group with a key `default` for a setting. So every
 * setting stands at the top level under its path with slashes, and maps are `Map`s.
 */
export class SettingStore {
  private readonly report: ReportSetting;
  private readonly origins = new Map<SettingPath, Origin>();
  private readonly env: NodeJS.ProcessEnv = {};
  private readonly values: convict.Config<Record<string, unknown>>;
  /** The source that is being read while a format is called. */
  private source: (path: SettingPath) => Origin = () => ({ kind: 'default' });

  constructor(report: ReportSetting) {
    this.report = report;
    this.values = convict<Record<string, unknown>>(convictSchema(), { env: this.env, args: [] });
    stores.set(this.values, this);
  }

  /** The value; undefined when it is invalid, or null as its default and not derived yet. */
  get(path: SettingPath): unknown {
    const value = this.values.get(slashed(path));
    return value instanceof InvalidValue ? undefined : value;
  }

  origin(path: SettingPath): Origin {
    return this.origins.get(path) ?? { kind: 'default' };
  }

  /**
   * Decodes a raw value and puts it over the present one; mistakes are reported. convict decodes a text once more, so
   * what a format makes of a text must be a text that reads as itself, or no text.
   */
  set(path: SettingPath, raw: unknown, origin: Origin): void {
    this.source = () => origin;
    this.values.set(slashed(path), this.decode(path, raw));
    this.origins.set(path, origin);
  }

  /** Puts a decoded value in place of the present one, whose origin stays. */
  replace(path: SettingPath, value: unknown): void {
    this.values.set(slashed(path), value);
  }

  /** Puts the variables POUCHD_… over the present values. An empty one counts as not set. */
  importEnvironment(env: NodeJS.ProcessEnv): void {
    for (const path of settingPaths) {
      const name = envName(path);
      if (!name || !env[name]) continue;
      this.env[name] = env[name];
      this.origins.set(path, { kind: 'env', name });
    }
    this.source = (path) => this.origin(path);
    this.values.load({});
  }

  /** Whether every setting is valid. */
  isSound(): boolean {
    try {
      this.values.validate({ allowed: 'strict' });
      return true;
    } catch {
      return false;
    }
  }

  /** For the formats that convict calls: the value, or one that `isSound` refuses. */
  decode(path: SettingPath, raw: unknown): unknown {
    const setting = schema[path];
    if (raw === null && setting.nullable) return null;
    const origin = this.source(path);
    return setting.format.decode(raw, (issue) => this.report(path, issue, origin)) ?? new InvalidValue();
  }
}

/** convict hands its own instance to a format, not ours. */
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

/** The decoded default. Defaults are valid, a test holds that. */
function initial(path: SettingPath, fallback: unknown): unknown {
  if (fallback === null) return null;
  return schema[path].format.decode(toRaw(fallback), () => undefined) ?? new InvalidValue();
}

/** A written value of the schema as it would come out of the file: scalars as text, objects as `Map`. */
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

/** The raw value of a variable or a flag, where a list is one text with commas. */
export function oneText(path: SettingPath, text: string): unknown {
  if (schema[path].format.json.type !== 'array') return text;
  return text === '' ? [] : text.split(',').map((part) => part.trim());
}

function slashed(path: SettingPath): string {
  return path.replace('.', '/');
}

/** The segments of a setting and of a place inside its value. */
export function segmentsOf(path: SettingPath, at: readonly Segment[] = []): Segment[] {
  return [...path.split('.'), ...at];
}
