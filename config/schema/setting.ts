import type { Format } from '../formats/format.ts';
import type { PouchConfig } from '../types.ts';

/**
 * A setting: an entry of the convict schema (`default`, `doc`, `nullable` are convict's fields) with its format and
 * with the data for the docs, the JSON Schema and the reload.
 */
export interface Setting<T> {
  /** In its written form (`10s`, `64m`); null if it is derived or if null is a value. */
  readonly default: unknown;
  readonly format: Format<T>;
  /** Markdown, full sentences. */
  readonly doc: string;
  /** True: null is a value, which `doc` explains. */
  readonly nullable?: boolean;
  /** For the docs: how `derive.ts` derives the default from other settings. */
  readonly derived?: string;
  /** A value for the docs and the example file, if the default is not illustrative. */
  readonly example?: unknown;
  /** False: cannot be set from the environment, as the value is not a single text. */
  readonly env?: false;
  /** pouchd's option, without leading dashes. */
  readonly flag?: string;
  /** Why a change needs a restart of pouchd; absent: a reload (SIGHUP) applies it. */
  readonly restart?: string;
  /** The version of Pouch that introduced it. */
  readonly since: string;
}

/** True for a value that is one setting: a scalar, a list, or a map with arbitrary keys. */
type Whole<T> = T extends string | number | boolean | null | readonly unknown[]
  ? true
  : string extends keyof T
    ? true
    : false;

/** Dotted paths of all settings: `root`, `log.level`, … Groups are not nested. */
export type SettingPath = {
  [K in keyof PouchConfig]: Whole<PouchConfig[K]> extends true ? K : `${K}.${keyof PouchConfig[K] & string}`;
}[keyof PouchConfig];

type ValueAt<T, P extends string> = P extends `${infer K}.${infer Rest}`
  ? K extends keyof T
    ? ValueAt<T[K], Rest>
    : never
  : P extends keyof T
    ? T[P]
    : never;

/** Maps are `Map`s within convict, which would read a key such as `docker.io` as a path. */
type Decoded<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? T extends Readonly<Record<string, infer V>>
      ? ReadonlyMap<string, V>
      : T
    : T;

/** The settings whose paths begin with `Prefix`, each with a format of its type. */
export type Settings<Prefix extends string> = {
  readonly [P in Extract<SettingPath, Prefix | `${Prefix}.${string}`>]: Setting<
    Exclude<Decoded<ValueAt<PouchConfig, P>>, null>
  >;
};
