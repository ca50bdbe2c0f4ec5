import type { LoadedConfig } from '../config/index.ts';
import type { HostFacts } from '../hooks/definePlugin.ts';
import { hasHybridCgroups } from '../hooks/hybridCgroups.ts';
import { cgroupVersion, findBusybox, findInit } from './host/detect.ts';
import type { InheritedSocket } from './host/inheritedSockets.ts';
import { version } from './version.ts';

/**
 * Returns the properties of the host and of pouchd.yaml that plugins receive.
 * @param inherited sockets that systemd listens on
 */
export function hostFacts(
  { config }: Pick<LoadedConfig, 'config'>,
  inherited: readonly InheritedSocket[] = [],
): HostFacts {
  const { network } = config;
  const initPath = findInit();
  const busyboxPath = findBusybox();
  return {
    version,
    root: config.root,
    state: config.state,
    listen: config.listen.map((address) => {
      const fd = inherited.find(({ url }) => url === address.url)?.fd;
      return { ...address, ...(fd !== undefined && { fd }) };
    }),
    socketGroup: config.socketGroup ?? undefined,
    cgroupParent: config.cgroupParent,
    network: {
      bridge: network.bridge,
      subnet: network.subnet,
      mtu: network.mtu,
      cniBinDirs: [...network.binDir],
      dns: [...network.dns],
      ipMasq: network.ipMasq,
      hairpin: network.hairpin,
      isolation: network.isolation,
      publishAddress: network.publishAddress,
    },
    cgroupVersion: cgroupVersion(),
    hybridCgroups: hasHybridCgroups(),
    cgroupDriver: config.runtime.cgroupDriver,
    cdiSpecDirs: config.cdi.specDirs,
    containerdNamespace: config.containerd.namespace,
    snapshotter: config.containerd.snapshotter,
    addedRuntimes: config.runtime.add,
    ...(initPath !== undefined && { initPath }),
    ...(busyboxPath !== undefined && { busyboxPath }),
  };
}
