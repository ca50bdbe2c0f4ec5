import { duration, integer, mapOf, size, ulimit, ulimitName } from '../formats/index.ts';
import type { Settings } from './setting.ts';

export const containers: Settings<'containerLogs' | 'stopTimeout' | 'shmSize' | 'defaultUlimits'> = {
  'containerLogs.maxSize': {
    default: '64m',
    format: size({ min: 4096, zero: 'no limit' }),
    doc: "Size at which a container's log file is rotated. `0`: never.",
    since: '0.1.0',
  },
  'containerLogs.maxFile': {
    default: 3,
    format: integer(1, 100),
    doc: 'How many log files a container keeps, the current one included.',
    since: '0.1.0',
  },
  stopTimeout: {
    default: '10s',
    format: duration(),
    doc: 'How long a container that is told to stop has until it is killed, unless it sets its own.',
    since: '0.1.0',
  },
  shmSize: {
    default: '64m',
    format: size({ min: 4096 }),
    doc: 'Size of /dev/shm in containers that ask for none.',
    since: '0.1.0',
  },
  defaultUlimits: {
    default: {},
    example: { nofile: '1024:4096' },
    env: false,
    format: mapOf(ulimitName, ulimit),
    doc: 'Resource limits (setrlimit(2)) of containers that set none of that name. Without an entry: the limit of the runtime.',
    since: '0.1.0',
  },
};
