/** The built-in plugins, in the order of their taps. */
import cdi from '../../plugins/cdi/index.ts';
import engineApi from '../../plugins/engine-api/index.ts';
import networkCni from '../../plugins/network-cni/index.ts';
import ociHooks from '../../plugins/oci-hooks/index.ts';
import policy from '../../plugins/policy/index.ts';
import profiles from '../../plugins/profiles/index.ts';
import richDumbInit from '../../plugins/rich-dumb-init/index.ts';
import richSbinInit from '../../plugins/rich-sbin-init/index.ts';
import richSystemd from '../../plugins/rich-systemd/index.ts';
import runtimeKata from '../../plugins/runtime-kata/index.ts';
import runtimeRunlxc from '../../plugins/runtime-runlxc/index.ts';
import runtimeRunc from '../../plugins/runtime-runc/index.ts';

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
