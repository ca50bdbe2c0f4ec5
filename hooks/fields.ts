/**
 * Messages name what a caller has set by the fields of the contract, such as `resources.memory`. Surfaces replace them
 * by their own names: options of a command, members of a body, keys of a file.
 */
import type { CheckpointOptions } from './engine/checkpoints.ts';
import type { RemoveOptions } from './engine/containers.ts';
import type { ExecRequest } from './engine/execs.ts';
import type { UpgradeOptions } from './engine/upgrade.ts';
import type { ScheduleOptions, SnapshotOptions } from './engine/snapshots.ts';
import type { ContainerRequest } from './request.ts';

/** What callers pass to the engine. A name that two of them share has the same meaning in both. */
export type Asked =
  | ContainerRequest
  | ExecRequest
  | RemoveOptions
  | CheckpointOptions
  | SnapshotOptions
  | ScheduleOptions
  | UpgradeOptions;

/** A field of T: `devices`, `devices[2].path`, `sysctls["net.ipv4.ip_forward"]`. */
export type FieldPath<T = Asked> = Path<T, `${number}`, `"${string}"`>;

/** The same for every element of a list and every entry of a map: `devices[].path`, `sysctls[]`. */
export type FieldPattern<T = Asked> = Path<T, '', ''>;

type Path<T, Index extends string, Key extends string> = T extends object
  ? { [K in keyof T & string]-?: `${K}${'' | Below<NonNullable<T[K]>, Index, Key>}` }[keyof T & string]
  : never;

type Below<T, Index extends string, Key extends string> = T extends readonly (infer Element)[]
  ? `[${Index}]${'' | Below<NonNullable<Element>, Index, Key>}`
  : T extends object
    ? string extends keyof T
      ? `[${Key}]${'' | Below<NonNullable<T[keyof T]>, Index, Key>}`
      : `.${Path<T, Index, Key>}`
    : never;

/** Writes a field into a message, marked for {@link renameFields}: `` `resources.memory` ``. */
export function field(path: FieldPath): string {
  return `\`${path}\``;
}

/** Replaces the marked fields of a message. What `nameOf` does not know stays as it is. */
export function renameFields(message: string, nameOf: (path: string) => string | undefined): string {
  return message.replace(/`([A-Za-z][^`\n]*)`/g, (marked: string, path: string) => nameOf(path) ?? marked);
}
