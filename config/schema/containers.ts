import {
  absolutePath,
  duration,
  idRange,
  integer,
  listOf,
  mapOf,
  oneOf,
  size,
  ulimit,
  ulimitName,
} from '../formats/index.ts';
import type { Settings } from './setting.ts';

export const containers: Settings<
  'containerLogs' | 'stopTimeout' | 'shmSize' | 'defaultUlimits' | 'userns' | 'cdi' | 'files'
> = {
  'userns.default': {
    default: 'host',
    format: oneOf('host', 'auto'),
    doc: 'User namespace of plain containers that do not say it by `--userns`. `auto`: each has host ids of its own.',
    since: '0.1.0',
  },
  'userns.rich': {
    default: 'host',
    format: oneOf('host', 'auto'),
    doc: 'The same for rich containers.',
    since: '0.1.0',
  },
  'userns.range': {
    default: '1879048192-2147483647',
    format: idRange,
    doc:
      'Host user and group ids of which each container with `--userns auto` gets a range of its own. Nobody else on the host ' +
      'may use them; two daemons on one host need different ones. Containers keep what they have when it changes.',
    since: '0.1.0',
  },
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
  'files.timeout': {
    default: '20s',
    format: duration({ min: 100 }),
    doc:
      'How long pouchd waits for a path on the host or in a container: a bind source, a volume, a file of a container. A call ' +
      'that needs one on a file system that does not respond (NFS or FUSE whose server is gone) then fails with PCH_FILE_TIMEOUT.',
    since: '0.1.0',
  },
  'cdi.specDirs': {
    default: ['/etc/cdi', '/var/run/cdi'],
    format: listOf(absolutePath),
    doc: 'Directories with the specifications of devices that `--device VENDOR/CLASS=NAME` names (Container Device Interface). A later one takes precedence.',
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
