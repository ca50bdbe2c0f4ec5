import type { PouchConfig } from '../config/types.ts';
import { version } from '../core/version.ts';
import type { HostFacts } from '../hooks/definePlugin.ts';

/** The facts of a host with the default configuration. */
export function testHost({ root, state, cgroupParent, network, containerd }: PouchConfig): HostFacts {
  return {
    version,
    root,
    state,
    listen: [{ url: `unix://${state}/pouchd.sock` }],
    cgroupParent,
    network: {
      bridge: network.bridge,
      subnet: network.subnet,
      mtu: network.mtu,
      cniBinDirs: [...network.binDir],
      dns: [],
      ipMasq: network.ipMasq,
      hairpin: network.hairpin,
      isolation: network.isolation,
      publishAddress: network.publishAddress,
    },
    cgroupVersion: '2',
    hybridCgroups: false,
    cgroupDriver: 'cgroupfs',
    cdiSpecDirs: [],
    containerdNamespace: containerd.namespace,
    snapshotter: containerd.snapshotter,
    addedRuntimes: {},
  };
}
