import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { RuntimeFeature } from '../../../hooks/runtimeFeatures.ts';
import type { CgroupDriver } from '../cgroupPath.ts';
import { joinPrefix } from '../../contract/namespaces.ts';

/** What pouchd.yaml says for all containers. */
export interface Standing {
  cgroupDriver: CgroupDriver;
  /** The cgroup of a container that asks for no parent. */
  standardCgroup: string;
}

/** What a container needs of its runtime beyond running a process. */
export function needsOf(draft: ContainerDraft, standing?: Standing): RuntimeFeature[] {
  return Object.entries(needed)
    .filter(([, isNeeded]) => isNeeded(draft, standing))
    .map(([feature]) => feature as RuntimeFeature);
}

/** Features without a line are asked for by verbs of their own (exec, pause, update, …). */
const needed: Partial<Record<RuntimeFeature, (draft: ContainerDraft, standing?: Standing) => boolean>> = {
  richSystemd: ({ rich }) => rich.enabled && rich.mode === 'systemd',
  richSbinInit: ({ rich }) => rich.enabled && rich.mode === 'sbin-init',
  richDumbInit: ({ rich }) => rich.enabled && rich.mode === 'dumb-init',
  terminal: ({ process }) => process.tty,
  hostNetwork: ({ namespaces }) => namespaces.network === undefined,
  hostPid: ({ namespaces }) => namespaces.pid === undefined,
  hostIpc: ({ namespaces }) => namespaces.ipc === undefined,
  hostUts: ({ namespaces }) => namespaces.uts === undefined,
  hostCgroup: ({ namespaces }) => namespaces.cgroup === undefined,
  joinNamespaces: ({ namespaces }) =>
    Object.entries(namespaces).some(([type, path]) => path.startsWith(joinPrefix) || isJoined(type, path)),
  userNamespace: ({ uidMappings }) => uidMappings.length > 0,
  // The image's files too get the container's ids by such mounts.
  idmappedMounts: ({ uidMappings }) => uidMappings.length > 0,
  mountPropagation: ({ mounts, rootfs }) =>
    isShared(rootfs.propagation) || Object.values(mounts).some(({ options }) => options.some(isShared)),
  devices: ({ devices, process }) => !process.privileged && Object.keys(devices).length > 0,
  deviceRules: ({ deviceRules, process }) => !process.privileged && Object.keys(deviceRules).length > 0,
  privileged: ({ process }) => process.privileged,
  // The default profile is Pouch's wish, not the user's: a runtime without seccomp leaves it out.
  seccomp: ({ seccomp }) => seccomp !== null && seccomp !== 'default',
  sysctls: ({ sysctls }) => Object.keys(sysctls).length > 0,
  blockIo: ({ resources }) => resources.blockIO !== undefined,
  cgroupParent: ({ cgroupsPath }, standing) =>
    standing !== undefined && cgroupsPath !== standing.standardCgroup,
  systemdCgroup: (_, standing) => standing?.cgroupDriver === 'systemd',
  cdi: ({ cdiDevices }) => Object.keys(cdiDevices).length > 0,
  rdt: ({ intelRdt }) => intelRdt !== undefined,
  sharedMachine: ({ vmOf }) => vmOf !== undefined,
  ociHooks: ({ ociHooks }) => Object.keys(ociHooks).length > 0,
};

/** The network and the users of a container are in namespaces that pouchd has made. */
function isJoined(type: string, path: string): boolean {
  return path !== '' && type !== 'network' && type !== 'user';
}

function isShared(propagation: string): boolean {
  return ['shared', 'rshared', 'slave', 'rslave'].includes(propagation);
}
