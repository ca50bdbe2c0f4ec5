/** The built-in plugins, in the order of their taps. */
import buildBuildah from './build-buildah/index.ts';
import buildBuildkit from './build-buildkit/index.ts';
import cdi from './cdi/index.ts';
import consolePages from './console/index.ts';
import containerScripts from './container-scripts/index.ts';
import engineApi from './engine-api/index.ts';
import hostAgent from './host-agent/index.ts';
import imageRegistry from './image-registry/index.ts';
import logLocal from './log-local/index.ts';
import logSyslog from './log-syslog/index.ts';
import lxcfs from './lxcfs/index.ts';
import metrics from './metrics/index.ts';
import networkCni from './network-cni/index.ts';
import nri from './nri/index.ts';
import ociHooks from './oci-hooks/index.ts';
import policy from './policy/index.ts';
import profiles from './profiles/index.ts';
import richDumbInit from './rich-dumb-init/index.ts';
import richOpenrc from './rich-openrc/index.ts';
import richRunit from './rich-runit/index.ts';
import richS6 from './rich-s6/index.ts';
import richSbinInit from './rich-sbin-init/index.ts';
import richSupervised from './rich-supervised/index.ts';
import richSystemd from './rich-systemd/index.ts';
import runtimeKata from './runtime-kata/index.ts';
import runtimeRunlxc from './runtime-runlxc/index.ts';
import runtimeRunc from './runtime-runc/index.ts';
import sshGateway from './ssh-gateway/index.ts';
import volumeDocker from './volume-docker/index.ts';
import volumeLocal from './volume-local/index.ts';

export const builtIns = [
  runtimeRunc,
  runtimeRunlxc,
  runtimeKata,
  networkCni,
  imageRegistry,
  buildBuildkit,
  buildBuildah,
  volumeLocal,
  volumeDocker,
  logLocal,
  logSyslog,
  richSupervised,
  richSystemd,
  richS6,
  richRunit,
  richOpenrc,
  richSbinInit,
  richDumbInit,
  lxcfs,
  cdi,
  profiles,
  ociHooks,
  nri,
  policy,
  sshGateway,
  containerScripts,
  hostAgent,
  consolePages,
  metrics,
  engineApi,
];
