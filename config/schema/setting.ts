import type { Format } from '../formats/format.ts';
import type { PouchConfig } from '../types.ts';

/**
 * One setting: an entry of the convict schema (`default`, `doc`, `nullable` are convict's own fields) with our format
 * and what the docs, the JSON Schema and the reload need.
 */
export interface Setting<T> {
  /** The written form (`10s`, `64m`), as in the file; null where it is derived or where null is a value. */
  readonly default: unknown;
  readonly format: Format<T>;
  /** Markdown, full sentences. */
  readonly doc: string;
  /** True: null is a value and means what `doc` says. */
  readonly nullable?: boolean;
  /** For the docs: how the default follows from other settings; `derive.ts` does it. */
  readonly derived?: string;
  /** A value for the docs and the example file, where the default says too little. */
  readonly example?: unknown;
  /** False: not settable from the environment, because the value is not one text. */
  readonly env?: false;
  /** pouchd's option, without dashes. */
  readonly flag?: string;
  /** Why a change needs a restart of pouchd; absent: a reload (SIGHUP) applies it. */
  readonly restart?: string;
  /** Version of Pouch that knew it first. */
  readonly since: string;
}

/** A value that is a setting of its own: a scalar, a list, or a map with free keys. */
type Whole<T> = T extends string | number | boolean | null | readonly unknown[]
  ? true
  : string extends keyof T
    ? true
    : false;

/** Dotted paths of all settings: `root`, `log.level`, … A group holds settings only, no further groups. */
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

/** A map is a `Map` while convict holds it (convict would take a key such as `docker.io` for a path). */
type Decoded<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? T extends Readonly<Record<string, infer V>>
      ? ReadonlyMap<string, V>
      : T
    : T;

/** The settings at the paths that begin with `Prefix`, each with a format of its own type. */
export type Settings<Prefix extends string> = {
  readonly [P in Extract<SettingPath, Prefix | `${Prefix}.${string}`>]: Setting<
    Exclude<Decoded<ValueAt<PouchConfig, P>>, null>
  >;
};
