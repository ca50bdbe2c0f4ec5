/** What kata needs of a host, in the order in which it is looked at and told. */
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
