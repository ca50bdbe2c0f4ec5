import type { HostFacts } from '../../../../../hooks/definePlugin.ts';

export const host: HostFacts = {
  version: '0.1.0',
  root: '/var/lib/pouch',
  state: '/run/pouch',
  listen: [{ url: 'unix:///run/pouch/pouchd.sock' }],
  cgroupParent: '/pouch',
  network: {
    bridge: 'pouch0',
    subnet: '172.29.0.0/16',
    mtu: 1500,
    cniBinDirs: [],
    dns: [],
    ipMasq: true,
    hairpin: false,
    isolation: 'none',
    publishAddress: '',
  },
  cgroupVersion: '1',
  hybridCgroups: false,
  cgroupDriver: 'cgroupfs',
  cdiSpecDirs: [],
  containerdNamespace: 'pouch',
  snapshotter: 'overlayfs',
  addedRuntimes: {},
};
