/** Checks of config.json beyond types; each error names the field. */
import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { RunlxcError, unsupported } from '../cli/error.ts';
import { checkSysctls } from './sysctl.ts';
import type { NamespaceType, Spec } from './types.ts';

const supportedVersion = /^1\.[0-2]\.\d+(-[\w.]+)?(\+.*)?$/;
const namespaceTypes: readonly string[] = [
  'pid',
  'network',
  'mount',
  'ipc',
  'uts',
  'user',
  'cgroup',
  'time',
] satisfies NamespaceType[];

/** @throws RunlxcError */
export function checkSpec(spec: Spec, bundle: string): void {
  checkVersion(spec);
  checkRoot(spec, bundle);
  checkProcess(spec);
  checkNamespaces(spec);
  checkMappings(spec);
  checkUts(spec);
  checkMounts(spec);
  checkDevices(spec);
  checkHooks(spec);
  checkSysctls(spec);
  checkUnsupported(spec);
}

/** Whether the container has its own namespace, new or joined. */
export function hasNamespace(spec: Spec, type: NamespaceType): boolean {
  return spec.linux?.namespaces?.some((namespace) => namespace.type === type) ?? false;
}

/** Whether the container has a new namespace. */
export function hasNewNamespace(spec: Spec, type: NamespaceType): boolean {
  return spec.linux?.namespaces?.some((namespace) => namespace.type === type && !namespace.path) ?? false;
}

function checkVersion({ ociVersion }: Spec): void {
  if (!supportedVersion.test(ociVersion))
    throw new RunlxcError(`ociVersion: ${JSON.stringify(ociVersion)} is not a version of 1.0 to 1.2`);
}

function checkRoot({ root }: Spec, bundle: string): void {
  if (!root) throw new RunlxcError('root is missing');
  const path = resolve(bundle, root.path);
  const info = statSync(path, { throwIfNoEntry: false });
  if (root.path === '' || !info) throw new RunlxcError(`root.path: ${path} does not exist`);
  if (!info.isDirectory()) throw new RunlxcError(`root.path: ${path} is not a directory`);
}

function checkProcess({ process }: Spec): void {
  if (!process) return;
  checkProcessFields(process, 'process');
}

/** Checks a process of config.json or of an exec. */
export function checkProcessFields(process: NonNullable<Spec['process']>, path: string): void {
  if (!process.args?.length) throw new RunlxcError(`${path}.args must not be empty`);
  if (!process.cwd) throw new RunlxcError(`${path}.cwd property must not be empty`);
  if (!isAbsolute(process.cwd)) throw new RunlxcError(`${path}.cwd must be an absolute path`);
}

function checkNamespaces({ linux }: Spec): void {
  const seen = new Set<string>();
  for (const [index, { type, path }] of (linux?.namespaces ?? []).entries()) {
    const field = `linux.namespaces[${index}]`;
    if (!namespaceTypes.includes(type))
      throw new RunlxcError(`${field}.type: expected a namespace type, found ${JSON.stringify(type)}`);
    if (seen.has(type)) throw new RunlxcError(`${field}: malformed spec file: duplicated ns "${type}"`);
    seen.add(type);
    if (path && !isAbsolute(path)) throw new RunlxcError(`${field}.path: ${path} is not absolute`);
    if (path && !statSync(path, { throwIfNoEntry: false }))
      throw new RunlxcError(`${field}.path: stat ${path}: no such file or directory`);
  }
}

function checkMappings(spec: Spec): void {
  const { uidMappings = [], gidMappings = [] } = spec.linux ?? {};
  if (hasNewNamespace(spec, 'user')) {
    if (uidMappings.length === 0) throw new RunlxcError('linux.uidMappings: a user namespace needs them');
    if (gidMappings.length === 0) throw new RunlxcError('linux.gidMappings: a user namespace needs them');
  } else if (uidMappings.length + gidMappings.length > 0 && !hasNamespace(spec, 'user'))
    throw new RunlxcError(
      'linux.uidMappings: User namespace mappings specified, but USER namespace isn’t enabled in the config',
    );
}

function checkUts(spec: Spec): void {
  const owns = hasNamespace(spec, 'uts');
  if (spec.hostname && !owns)
    throw new RunlxcError('hostname: unable to set hostname without a private UTS namespace');
  if (spec.domainname && !owns)
    throw new RunlxcError('domainname: unable to set domainname without a private UTS namespace');
}

function checkMounts({ mounts = [] }: Spec): void {
  for (const [index, { destination, uidMappings, gidMappings }] of mounts.entries()) {
    if (destination === '') throw new RunlxcError(`mounts[${index}].destination is empty`);
    if (Boolean(uidMappings?.length) !== Boolean(gidMappings?.length))
      throw new RunlxcError(`mounts[${index}]: uidMappings and gidMappings must be given together`);
  }
}

function checkDevices({ linux }: Spec): void {
  for (const [index, { type, path }] of (linux?.devices ?? []).entries()) {
    const field = `linux.devices[${index}]`;
    if (!['b', 'c', 'u', 'p'].includes(type))
      throw new RunlxcError(`${field}.type: ${type} is not b, c, u or p`);
    if (!isAbsolute(path)) throw new RunlxcError(`${field}.path: ${path} is not absolute`);
  }
}

function checkHooks({ hooks = {} }: Spec): void {
  for (const [kind, list] of Object.entries(hooks))
    for (const [index, { path, timeout }] of list.entries()) {
      const field = `hooks.${kind}[${index}]`;
      if (!isAbsolute(path)) throw new RunlxcError(`${field}.path: ${path} is not absolute`);
      if (timeout !== undefined && timeout <= 0)
        throw new RunlxcError(`${field}.timeout: ${timeout} is not above 0`);
    }
}

function checkUnsupported(spec: Spec): void {
  const { linux } = spec;
  if (linux?.intelRdt) throw unsupported('linux.intelRdt', 'LXC does not support resctrl; use runc');
  if (!hasNewNamespace(spec, 'mount'))
    throw unsupported('linux.namespaces', 'a container needs its own mount namespace');
  if (linux?.mountLabel && linux.mountLabel !== '')
    throw unsupported('linux.mountLabel', 'SELinux labels of mounts are not supported');
  if (linux?.timeOffsets && !hasNewNamespace(spec, 'time'))
    throw new RunlxcError('linux.timeOffsets: requires a new time namespace');
}
