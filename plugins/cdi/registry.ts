/** Reads the CDI specifications of this host. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { messageOf } from '../../hooks/index.ts';
import { cdiSpec } from './schema.ts';
import type { CdiDevice, CdiSpec } from './types.ts';
import { versionProblem } from './version.ts';

export interface FoundDevice {
  /** `VENDOR/CLASS=NAME`. */
  name: string;
  device: CdiDevice;
  spec: CdiSpec;
  file: string;
}

export interface Registry {
  /** By name; devices of the same name come from one directory, in which no file has precedence. */
  devices: ReadonlyMap<string, FoundDevice[]>;
  /** Invalid files, each with the reason. */
  problems: string[];
}

let compiled: ValidateFunction<CdiSpec> | undefined;

/** Compiles the schema for the first file: most hosts have no CDI files. */
function specCheck(): ValidateFunction<CdiSpec> {
  return (compiled ??= new Ajv().compile<CdiSpec>(cdiSpec));
}

/**
 * Reads all files; a device of a later directory replaces one of an earlier directory (CDI SPEC.md, "Container Device
 * Interface specification").
 */
export async function readRegistry(directories: readonly string[]): Promise<Registry> {
  const devices = new Map<string, FoundDevice[]>();
  const problems: string[] = [];
  for (const directory of directories) {
    const here = new Map<string, FoundDevice[]>();
    for (const file of await specFiles(directory))
      for (const found of await devicesOf(file, problems))
        here.set(found.name, [...(here.get(found.name) ?? []), found]);
    for (const [name, found] of here) devices.set(name, found);
  }
  return { devices, problems };
}

async function specFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => /\.(json|yaml)$/.test(name))
    .sort()
    .map((name) => join(directory, name));
}

async function devicesOf(file: string, problems: string[]): Promise<FoundDevice[]> {
  try {
    const spec = checked(parse(await readFile(file, 'utf8')));
    return spec.devices.map((device) => ({ name: `${spec.kind}=${device.name}`, device, spec, file }));
  } catch (error) {
    problems.push(`${file}: ${messageOf(error)}`);
    return [];
  }
}

function checked(value: unknown): CdiSpec {
  const isSpec = specCheck();
  if (!isSpec(value)) {
    const [error] = isSpec.errors ?? [];
    const at = error?.instancePath.slice(1).replaceAll('/', '.') || 'the file';
    const extra = error?.params['additionalProperty'] as string | undefined;
    throw new Error(`${at} ${error?.message}${extra === undefined ? '' : ` (${extra})`}`);
  }
  const problem = versionProblem(value);
  if (problem !== undefined) throw new Error(problem);
  return value;
}
