import { readFileSync } from 'node:fs';
import { applyResources } from '../cgroup/apply.ts';
import { type Call, type Command, onContainer, string, text } from '../cli/command.ts';
import { RunlxcError, unsupported } from '../cli/error.ts';
import { bytes, integer } from '../cli/numbers.ts';
import { parseResources } from '../spec/load.ts';
import type { Integer, Resources } from '../spec/types.ts';
import { statusOf } from '../state/status.ts';
import { readState } from '../state/store.ts';

type Read = (value: string, option: string) => Integer | string;
const asText: Read = (value) => value;

/** The field for each option; the options are runc's. */
const single: Readonly<
  Record<string, readonly [group: 'memory' | 'cpu' | 'pids' | 'blockIO', field: string, read: Read]>
> = {
  'blkio-weight': ['blockIO', 'weight', integer],
  'cpu-period': ['cpu', 'period', integer],
  'cpu-quota': ['cpu', 'quota', integer],
  'cpu-burst': ['cpu', 'burst', integer],
  'cpu-rt-period': ['cpu', 'realtimePeriod', integer],
  'cpu-rt-runtime': ['cpu', 'realtimeRuntime', integer],
  'cpu-share': ['cpu', 'shares', integer],
  'cpu-idle': ['cpu', 'idle', integer],
  'cpuset-cpus': ['cpu', 'cpus', asText],
  'cpuset-mems': ['cpu', 'mems', asText],
  memory: ['memory', 'limit', bytes],
  'memory-swap': ['memory', 'swap', bytes],
  'memory-reservation': ['memory', 'reservation', bytes],
  'pids-limit': ['pids', 'limit', integer],
};

const options = {
  resources: { ...text, short: 'r' },
  ...Object.fromEntries(Object.keys(single).map((name) => [name, text])),
  'kernel-memory': text,
  'kernel-memory-tcp': text,
  'l3-cache-schema': text,
  'mem-bw-schema': text,
} as const;

export const update: Command = onContainer(options, ({ context, values, id }) => {
  const state = readState(context.root, id);
  if (statusOf(state, context.layout) === 'stopped') throw new RunlxcError('container not running');
  if (string(values, 'l3-cache-schema') ?? string(values, 'mem-bw-schema'))
    throw unsupported('linux.intelRdt', 'LXC does not support resctrl; use runc');
  if (string(values, 'kernel-memory'))
    context.log.warn('--kernel-memory is ignored: the kernel no longer supports this limit');
  applyResources(context.layout, state.cgroup, resourcesOf(values));
});

function resourcesOf(values: Call['values']): Resources {
  const file = string(values, 'resources');
  if (file !== undefined) return parseResources(readFileSync(file === '-' ? 0 : file, 'utf8'), file);
  const resources: Record<string, Record<string, Integer | string>> = {};
  for (const [option, [group, field, read]] of Object.entries(single)) {
    const value = string(values, option);
    if (value !== undefined) (resources[group] ??= {})[field] = read(value, `--${option}`);
  }
  return resources;
}
