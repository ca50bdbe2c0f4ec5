/** The types of config.json's fields, and a check that names an invalid field. */

type Shape =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'object'
  | { list: Shape }
  | { map: Shape }
  | { fields: Record<string, Shape>; required?: string[] };

const list = (of: Shape): Shape => ({ list: of });
const strings = list('string');

/** Fields of one type: `all('integer', 'uid', 'gid')`. */
const all = (type: Shape, ...names: string[]) => Object.fromEntries(names.map((name) => [name, type]));

const idMappings = list({
  fields: all('integer', 'containerID', 'hostID', 'size'),
  required: ['containerID', 'hostID', 'size'],
});
const hooks = list({
  fields: { path: 'string', args: strings, env: strings, timeout: 'integer' },
  required: ['path'],
});
const throttle = list({
  fields: all('integer', 'major', 'minor', 'rate'),
  required: ['major', 'minor', 'rate'],
});

export const resourcesShape: Shape = {
  fields: {
    devices: list({
      fields: { allow: 'boolean', ...all('string', 'type', 'access'), ...all('integer', 'major', 'minor') },
      required: ['allow'],
    }),
    memory: {
      fields: {
        ...all('integer', 'limit', 'reservation', 'swap', 'kernel', 'kernelTCP', 'swappiness'),
        ...all('boolean', 'disableOOMKiller', 'useHierarchy', 'checkBeforeUpdate'),
      },
    },
    cpu: {
      fields: {
        ...all('integer', 'shares', 'quota', 'burst', 'period', 'realtimeRuntime', 'realtimePeriod', 'idle'),
        ...all('string', 'cpus', 'mems'),
      },
    },
    pids: { fields: all('integer', 'limit') },
    blockIO: {
      fields: {
        ...all('integer', 'weight', 'leafWeight'),
        weightDevice: list({
          fields: all('integer', 'major', 'minor', 'weight', 'leafWeight'),
          required: ['major', 'minor'],
        }),
        throttleReadBpsDevice: throttle,
        throttleWriteBpsDevice: throttle,
        throttleReadIOPSDevice: throttle,
        throttleWriteIOPSDevice: throttle,
      },
    },
    hugepageLimits: list({
      fields: { pageSize: 'string', limit: 'integer' },
      required: ['pageSize', 'limit'],
    }),
    network: {
      fields: {
        classID: 'integer',
        priorities: list({ fields: { name: 'string', priority: 'integer' }, required: ['name', 'priority'] }),
      },
    },
    rdma: { map: { fields: all('integer', 'hcaHandles', 'hcaObjects') } },
    unified: { map: 'string' },
  },
};

export const processShape: Shape = {
  fields: {
    ...all('boolean', 'terminal', 'noNewPrivileges'),
    consoleSize: { fields: all('integer', 'height', 'width'), required: ['height', 'width'] },
    user: { fields: { ...all('integer', 'uid', 'gid', 'umask'), additionalGids: list('integer') } },
    args: strings,
    env: strings,
    ...all('string', 'cwd', 'apparmorProfile', 'selinuxLabel'),
    capabilities: {
      fields: all(strings, 'bounding', 'effective', 'permitted', 'inheritable', 'ambient'),
    },
    rlimits: list({
      fields: { type: 'string', ...all('integer', 'soft', 'hard') },
      required: ['type', 'soft', 'hard'],
    }),
    oomScoreAdj: 'integer',
    ioPriority: { fields: { class: 'string', priority: 'integer' }, required: ['class'] },
    scheduler: {
      fields: {
        policy: 'string',
        flags: strings,
        ...all('integer', 'nice', 'priority', 'runtime', 'deadline', 'period'),
      },
      required: ['policy'],
    },
  },
};

const linuxShape: Shape = {
  fields: {
    uidMappings: idMappings,
    gidMappings: idMappings,
    sysctl: { map: 'string' },
    resources: resourcesShape,
    ...all('string', 'cgroupsPath', 'rootfsPropagation', 'mountLabel'),
    namespaces: list({ fields: all('string', 'type', 'path'), required: ['type'] }),
    devices: list({
      fields: {
        ...all('string', 'type', 'path'),
        ...all('integer', 'major', 'minor', 'fileMode', 'uid', 'gid'),
      },
      required: ['type', 'path'],
    }),
    seccomp: {
      fields: {
        ...all('string', 'defaultAction', 'listenerPath', 'listenerMetadata'),
        defaultErrnoRet: 'integer',
        ...all(strings, 'architectures', 'flags'),
        syscalls: list({
          fields: {
            names: strings,
            action: 'string',
            errnoRet: 'integer',
            args: list({
              fields: { ...all('integer', 'index', 'value', 'valueTwo'), op: 'string' },
              required: ['index', 'value', 'op'],
            }),
          },
          required: ['names', 'action'],
        }),
      },
      required: ['defaultAction'],
    },
    ...all(strings, 'maskedPaths', 'readonlyPaths'),
    intelRdt: 'object',
    personality: { fields: { domain: 'string', flags: strings }, required: ['domain'] },
    timeOffsets: { map: { fields: all('integer', 'secs', 'nanosecs') } },
  },
};

export const specShape: Shape = {
  fields: {
    ...all('string', 'ociVersion', 'hostname', 'domainname'),
    root: { fields: { path: 'string', readonly: 'boolean' }, required: ['path'] },
    process: processShape,
    mounts: list({
      fields: {
        ...all('string', 'destination', 'type', 'source'),
        options: strings,
        uidMappings: idMappings,
        gidMappings: idMappings,
      },
      required: ['destination'],
    }),
    hooks: {
      fields: all(
        hooks,
        'prestart',
        'createRuntime',
        'createContainer',
        'startContainer',
        'poststart',
        'poststop',
      ),
    },
    annotations: { map: 'string' },
    linux: linuxShape,
  },
  required: ['ociVersion'],
};

/**
 * Checks a value. Unknown fields are ignored, as the spec requires (config.md#extensibility). null is a missing
 * value, as Go's encoder writes empty values.
 * @throws TypeError with the field
 */
export function checkShape(value: unknown, shape: Shape, path: string): void {
  if (typeof shape === 'string') checkType(value, shape, path);
  else if ('list' in shape) checkList(value, shape.list, path);
  else if ('map' in shape) checkMap(value, shape.map, path);
  else checkFields(value, shape, path);
}

function checkType(value: unknown, type: string, path: string): void {
  const fits = {
    string: typeof value === 'string',
    boolean: typeof value === 'boolean',
    integer: typeof value === 'bigint' || Number.isInteger(value),
    object: isObject(value),
  }[type];
  if (!fits) throw wrong(path, type === 'object' || type === 'integer' ? `an ${type}` : `a ${type}`, value);
}

function checkList(value: unknown, shape: Shape, path: string): void {
  if (!Array.isArray(value)) throw wrong(path, 'a list', value);
  value.forEach((item, index) => checkShape(item, shape, `${path}[${index}]`));
}

function checkMap(value: unknown, shape: Shape, path: string): void {
  if (!isObject(value)) throw wrong(path, 'an object', value);
  for (const [key, item] of Object.entries(value)) checkShape(item, shape, `${path}.${key}`);
}

function checkFields(
  value: unknown,
  { fields, required = [] }: { fields: Record<string, Shape>; required?: string[] },
  path: string,
): void {
  if (!isObject(value)) throw wrong(path, 'an object', value);
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  for (const [name, shape] of Object.entries(fields)) {
    const field = value[name] ?? undefined;
    if (field !== undefined) checkShape(field, shape, at(name));
    else if (required.includes(name)) throw new TypeError(`${at(name)} is missing`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string, expected: string, found: unknown): TypeError {
  const kind = Array.isArray(found) ? 'a list' : found === null ? 'null' : typeof found;
  return new TypeError(`${path || 'the document'} must be ${expected}, found ${kind}`);
}
