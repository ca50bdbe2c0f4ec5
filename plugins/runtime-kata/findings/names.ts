/** What kata needs on a host, in the order of the checks and of the output. */
export const findingNames = [
  'shim',
  'configuration',
  'hypervisor',
  'kernel',
  'image',
  'virtiofsd',
  'KVM',
  'vhost-vsock',
  'mount propagation',
  'syslog',
  'snapshotter',
] as const;

export type FindingName = (typeof findingNames)[number];
