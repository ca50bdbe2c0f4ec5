/** Changes a draft as an NRI plugin asks for. */
import { type ContainerDraft, ociHookKinds } from '../../../hooks/index.ts';
import type {
  ContainerAdjustment,
  Hooks,
  KeyValue,
  LinuxContainerAdjustment,
  LinuxDevice,
  Mount,
} from '../gen/nri.ts';
import { applyNamespaces } from './applyNamespaces.ts';
import { applyResources } from './applyResources.ts';
import { applySeccomp } from './applySeccomp.ts';
import { checkAdjustment } from './unsupported.ts';
import { invalid, removed, toLimit, toNumber } from './values.ts';

/**
 * @param plugin `10-foo`
 * @throws PCH_NRI_ADJUSTMENT
 */
export function applyAdjustment(
  draft: ContainerDraft,
  adjustment: ContainerAdjustment,
  plugin: string,
): void {
  checkAdjustment(adjustment);
  const { annotations, mounts, env, hooks, linux, rlimits, args, CDIDevices } = adjustment;
  applyTexts(draft.annotations, annotations);
  applyMounts(draft, mounts);
  applyEnv(draft, env);
  if (hooks) addHooks(draft, hooks, plugin);
  if (linux) applyLinux(draft, linux);
  for (const { type, soft, hard } of rlimits)
    draft.process.rlimits[type] = {
      soft: toLimit(soft, `rlimit ${type}`),
      hard: toLimit(hard, `rlimit ${type}`),
    };
  applyArgs(draft, args);
  // The plugin `cdi` applies their edits after this tap.
  for (const { name } of CDIDevices) draft.cdiDevices[name] = true;
}

function applyLinux(draft: ContainerDraft, linux: LinuxContainerAdjustment): void {
  for (const device of linux.devices) applyDevice(draft, device);
  if (linux.resources) applyResources(draft, linux.resources);
  if (linux.cgroupsPath !== '') draft.cgroupsPath = linux.cgroupsPath;
  if (linux.oomScoreAdj) draft.process.oomScoreAdj = toNumber(linux.oomScoreAdj.value, 'oom_score_adj');
  applyTexts(draft.sysctls, linux.sysctl);
  if (linux.seccompPolicy) applySeccomp(draft, linux.seccompPolicy);
  applyNamespaces(draft, linux.namespaces);
}

/** Removals first: a plugin may mark a key and set it anew. */
function applyTexts(to: Record<string, string>, given: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(given)) {
    const gone = removed(key);
    if (gone !== undefined) delete to[gone];
  }
  for (const [key, value] of Object.entries(given)) if (removed(key) === undefined) to[key] = value;
}

function applyEnv(draft: ContainerDraft, env: readonly KeyValue[]): void {
  applyTexts(draft.process.env, Object.fromEntries(env.map(({ key, value }) => [key, value])));
}

function applyMounts(draft: ContainerDraft, mounts: readonly Mount[]): void {
  for (const { destination } of mounts) {
    const gone = removed(destination);
    if (gone !== undefined) delete draft.mounts[gone];
  }
  for (const { destination, type, source, options } of mounts)
    if (removed(destination) === undefined)
      draft.mounts[destination] = { type: type || 'bind', source, options: [...options] };
}

function applyDevice(
  draft: ContainerDraft,
  { path, type, major, minor, fileMode, uid, gid }: LinuxDevice,
): void {
  const gone = removed(path);
  if (gone !== undefined) return void delete draft.devices[gone];
  draft.devices[path] = {
    type: deviceType(type, path),
    major: toNumber(major, path),
    minor: toNumber(minor, path),
    access: 'rwm',
    ...(fileMode && { fileMode: fileMode.value }),
    ...(uid && { uid: uid.value }),
    ...(gid && { gid: gid.value }),
  };
}

/** `u` is another name of `c` (config-linux.md, Devices). */
function deviceType(type: string, path: string): 'c' | 'b' | 'p' {
  if (type === 'b' || type === 'p' || type === 'c') return type;
  if (type === 'u') return 'c';
  throw invalid(`expected type b, c, u or p of the device ${path}, found "${type}"`);
}

function addHooks(draft: ContainerDraft, hooks: Hooks, plugin: string): void {
  for (const kind of ociHookKinds)
    for (const [index, { path, args, env, timeout }] of hooks[kind].entries())
      draft.ociHooks[`nri-${plugin}-${kind}-${index}`] = {
        kind,
        path,
        ...(args.length > 0 && { args }),
        ...(env.length > 0 && { env }),
        ...(timeout && { timeout: toNumber(timeout.value, `timeout of the hook ${path}`) }),
      };
}

/** An empty first one marks arguments that replace those of another plugin (pkg/api/adjustment.go). */
function applyArgs(draft: ContainerDraft, args: readonly string[]): void {
  if (args.length === 0) return;
  draft.process.entrypoint = [];
  draft.process.command = args[0] === '' ? args.slice(1) : [...args];
}
