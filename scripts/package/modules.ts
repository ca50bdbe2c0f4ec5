/** The npm packages that Pouch loads at run time, and the licenses of those that are bundled. */
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Packages that are loaded by their path and not bundled: see scripts/build/bundle.ts, and plugins/ssh-gateway. */
const loaded = ['koffi', 'jiti', 'ssh2'];

/** Packages that only build native code. */
const builders = ['nan', 'buildcheck'];

/**
 * Parts of packages that are not loaded: documents, tests, types, sources of native code and steps of its build, its
 * builds for musl, settings of tools.
 */
const unused =
  /(^|\/)(doc|vendor|test|examples|musl_x64|deps|obj\.target|\.[^/]+)(\/|$)|\.(d\.[cm]?ts|md|map|cc?|hh?|inc|S)$/;

interface Manifest {
  name: string;
  version: string;
  license?: string;
  licenses?: { type: string }[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export interface License {
  /** Name and version of the package. */
  of: string;
  name: string;
  text: string;
}

/** Copies the packages with all that they depend on, as far as it is installed for this platform. */
export function copyModules(root: string, target: string): void {
  const modules = join(root, 'node_modules');
  for (const name of closure(root, loaded).filter((one) => !builders.includes(one))) {
    const from = join(modules, name);
    cpSync(from, join(target, name), {
      recursive: true,
      filter: (path) => !unused.test(relative(from, path)),
    });
  }
}

/** The licenses of all packages that the daemon and the command consist of. */
export function licenses(root: string): License[] {
  const { dependencies = {} } = manifestOf(root);
  return closure(root, Object.keys(dependencies)).flatMap((name) => {
    const directory = join(root, 'node_modules', name);
    const { version, license, licenses: several } = manifestOf(directory);
    // Types are not part of it.
    if (name.startsWith('@types/') || name === 'undici-types') return [];
    const file = readdirSync(directory).find((one) => /^licen[sc]e/i.test(one));
    const text = file === undefined ? '' : readFileSync(join(directory, file), 'utf8');
    return { of: `${name} ${version}`, name: license ?? several?.[0]?.type ?? 'see below', text };
  });
}

/** Returns the installed packages among these and their dependencies, sorted. Nested ones are of the same licenses. */
function closure(root: string, names: readonly string[]): string[] {
  const found = new Set<string>();
  const add = (name: string): void => {
    const directory = join(root, 'node_modules', name);
    if (found.has(name) || !existsSync(join(directory, 'package.json'))) return;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = manifestOf(directory);
    for (const other of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]) add(other);
  };
  names.forEach(add);
  return [...found].toSorted();
}

function manifestOf(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
}
