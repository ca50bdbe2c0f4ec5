/** What clients call the fields of a request. */
import {
  fields,
  limits,
  longOption,
  type CheckpointCreateRequest,
  type ContainerCreateRequest,
  type ExecCreateRequest,
  type SnapshotCreateRequest,
  type SnapshotScheduleRequest,
  type UpgradeRequest,
  type FieldNames,
  type LimitField,
} from '../../client/wire.ts';
import { resourceLimitEntries, type FieldPath, type FieldPattern } from '../../hooks/index.ts';

/** A member of a body. */
export type ApiField = FieldPath<ContainerCreateRequest>;

type ApiPattern =
  | FieldPattern<ContainerCreateRequest | ExecCreateRequest>
  | `${keyof CheckpointCreateRequest}: false`
  | keyof SnapshotCreateRequest
  | keyof SnapshotScheduleRequest
  | FieldPattern<UpgradeRequest>
  | Parameter;
type Parameter = 'name' | 'platform' | 'force' | 'dryRun';

interface Names extends FieldNames {
  readonly api: ApiPattern | readonly ApiPattern[];
}

/** Fields that need names of their own; elements and entries may have them. */
type Named<Pattern> = Pattern extends `${string}[]${string}` | `${'resources' | 'consoleSize'}.${string}`
  ? never
  : Pattern;

/** Has every field, and no other. */
type Table = Readonly<Record<Named<FieldPattern>, Names>> & {
  readonly [Key in keyof typeof fields]: Key extends FieldPattern ? Names : never;
};

/** Every field, by its pattern. */
export const fieldNames: Readonly<Record<string, FieldNames>> = {
  ...(fields satisfies Table),
  ...Object.fromEntries(
    resourceLimitEntries.map(([name, { api }]) => [
      `resources.${name}`,
      { option: longOption(limits[api as LimitField].option), api: `HostConfig.${api}` },
    ]),
  ),
};

/** Members that become no field. */
const withoutField: Partial<Record<ApiField, string>> = {
  'HostConfig.KernelMemory': '--kernel-memory',
  NetPriority: '--net-priority',
};

/** The option for a member of a body. */
const optionsByApi: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(fieldNames).flatMap(pairs).toReversed()),
  ...withoutField,
};

function pairs({ option, api }: FieldNames): [api: string, option: string][] {
  const options = listOf(option);
  return listOf(api).flatMap((name, index) => {
    const own = options[index] ?? options[0];
    return own === undefined ? [] : [[name, own] as [string, string]];
  });
}

/** Returns the names of a field. */
export function namesOf(pattern: string): FieldNames | undefined {
  return lookUp(fieldNames, pattern);
}

/** Returns the option for a member of a body. */
export function optionOf(pattern: string): string | undefined {
  return lookUp(optionsByApi, pattern);
}

/** An element or an entry without an entry of its own has that of its list or map. */
function lookUp<T>(table: Readonly<Record<string, T>>, pattern: string): T | undefined {
  if (Object.hasOwn(table, pattern)) return table[pattern];
  const list = pattern.lastIndexOf('[');
  return list < 0 ? undefined : lookUp(table, pattern.slice(0, list));
}

export function listOf(names: string | readonly string[] | undefined): readonly string[] {
  if (names === undefined) return [];
  return typeof names === 'string' ? [names] : names;
}
