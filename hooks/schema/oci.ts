/** JSON Schemas of the parts of an OCI runtime spec that are in a draft. */
import { Type } from '@sinclair/typebox';
import type { OciDeviceRule, OciIdMapping, OciIntelRdt, OciResources, OciSeccomp } from '../oci.ts';
import { closed, describes, flag, integer, may, text, texts } from './describes.ts';

export const deviceRule = describes<OciDeviceRule>()(
  closed({ allow: flag, type: may(text), major: may(integer), minor: may(integer), access: may(text) }),
);

export const idMapping = describes<OciIdMapping>()(
  closed({ containerID: integer, hostID: integer, size: integer }),
);

/** runtime-spec, config-linux.md, “Intel RDT”. */
export const intelRdt = describes<OciIntelRdt>()(
  closed({
    closID: may(text),
    l3CacheSchema: may(text),
    memBwSchema: may(text),
    enableCMT: may(flag),
    enableMBM: may(flag),
  }),
);

const memory = closed({
  limit: may(integer),
  reservation: may(integer),
  swap: may(integer),
  kernel: may(integer),
  swappiness: may(integer),
  disableOOMKiller: may(flag),
});

const cpu = closed({
  shares: may(integer),
  quota: may(integer),
  period: may(integer),
  realtimeRuntime: may(integer),
  realtimePeriod: may(integer),
  cpus: may(text),
  mems: may(text),
});

const throttles = may(Type.Array(closed({ major: integer, minor: integer, rate: integer })));

const blockIO = closed({
  weight: may(integer),
  weightDevice: may(Type.Array(closed({ major: integer, minor: integer, weight: integer }))),
  throttleReadBpsDevice: throttles,
  throttleWriteBpsDevice: throttles,
  throttleReadIOPSDevice: throttles,
  throttleWriteIOPSDevice: throttles,
});

const network = closed({
  classID: may(integer),
  priorities: may(Type.Array(closed({ name: text, priority: integer }))),
});

/** runtime-spec, config-linux.md, “Control groups”: bytes for memory, microseconds for CPU quota and period. */
export const resources = describes<OciResources>()(
  closed(
    {
      devices: may(Type.Array(deviceRule)),
      memory: may(memory),
      cpu: may(cpu),
      pids: may(closed({ limit: integer })),
      blockIO: may(blockIO),
      hugepageLimits: may(Type.Array(closed({ pageSize: text, limit: integer }))),
      network: may(network),
      rdma: may(Type.Record(Type.String(), closed({ hcaHandles: may(integer), hcaObjects: may(integer) }))),
    },
    {
      description: 'cgroup limits in OCI form: bytes for memory, microseconds for cpu.quota and cpu.period.',
    },
  ),
);

const seccompArgument = closed({ index: integer, value: integer, valueTwo: may(integer), op: text });

const seccompRule = closed({
  names: texts,
  action: text,
  errnoRet: may(integer),
  args: may(Type.Array(seccompArgument)),
});

/** runtime-spec, config-linux.md, “Seccomp”. */
export const seccomp = describes<OciSeccomp>()(
  closed({
    defaultAction: text,
    defaultErrnoRet: may(integer),
    architectures: may(texts),
    syscalls: may(Type.Array(seccompRule)),
  }),
);
