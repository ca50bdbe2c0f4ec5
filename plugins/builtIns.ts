/** The built-in plugins, in the order of their taps. */
import cdi from './cdi/index.ts';
import engineApi from './engine-api/index.ts';
import networkCni from './network-cni/index.ts';
import ociHooks from './oci-hooks/index.ts';
import policy from './policy/index.ts';
import profiles from './profiles/index.ts';
import richDumbInit from './rich-dumb-init/index.ts';
import richSbinInit from './rich-sbin-init/index.ts';
import richSystemd from './rich-systemd/index.ts';
import runtimeKata from './runtime-kata/index.ts';
import runtimeRunlxc from './runtime-runlxc/index.ts';
import runtimeRunc from './runtime-runc/index.ts';

export const builtIns = [
  runtimeRunc,
  runtimeRunlxc,
  runtimeKata,
  networkCni,
  richSystemd,
  richSbinInit,
  richDumbInit,
  cdi,
  profiles,
  ociHooks,
  policy,
  engineApi,
];
