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
  word,
} from '../formats/index.ts';
import type { Settings } from './setting.ts';

const namePattern = word(
  /^!?[A-Za-z0-9_.*/-]{1,128}$/,
  'a name with `*` for any characters, such as *TOKEN*',
);

export const containers: Settings<
  'containerLogs' | 'stopTimeout' | 'shmSize' | 'defaultUlimits' | 'userns' | 'cdi' | 'files' | 'secrets'
> = {
  'userns.default': {
    default: 'host',
    format: oneOf('host', 'auto', 'prefer-auto'),
    doc:
      'User namespace of plain containers without `--userns`. `auto`: each container has its own range of host ids. ' +
      '`prefer-auto`: the same where the host, the runtime and the options of the container allow it, otherwise `host` with a warning.',
    since: '0.1.0',
  },
  'userns.rich': {
    default: 'prefer-auto',
    format: oneOf('host', 'auto', 'prefer-auto'),
    doc: 'The same for rich containers.',
    since: '0.1.0',
  },
  'userns.range': {
    default: '1879048192-2147483647',
    format: idRange,
    doc:
      'Host user and group ids from which each container with `--userns auto` gets its own range. Nothing else on the host may ' +
      'use them; two daemons on one host need different ranges. Existing containers keep theirs when it changes.',
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
    doc: 'Number of log files per container, including the current one.',
    since: '0.1.0',
  },
  stopTimeout: {
    default: '10s',
    format: duration(),
    doc: 'Time between the stop signal and SIGKILL, for containers without a stop timeout.',
    since: '0.1.0',
  },
  shmSize: {
    default: '64m',
    format: size({ min: 4096 }),
    doc: 'Size of /dev/shm in containers without `--shm-size`.',
    since: '0.1.0',
  },
  'files.timeout': {
    default: '20s',
    format: duration({ min: 100 }),
    doc:
      'How long pouchd waits for a path on the host or in a container: a bind source, a volume, a file of a container. On a file ' +
      'system that does not respond (NFS or FUSE whose server is gone) the call then fails with PCH_FILE_TIMEOUT.',
    since: '0.1.0',
  },
  'secrets.names': {
    default: [
      '*PASSWORD*',
      '*PASSWD*',
      '*PASSPHRASE*',
      '*SECRET*',
      '*TOKEN*',
      '*CREDENTIAL*',
      '*_KEY',
      '*APIKEY*',
      '!*_FILE',
      '!*PUBLIC_KEY',
    ],
    format: listOf(namePattern),
    doc:
      'Names of environment variables, labels, annotations, log options, plugin options and arguments of effects whose values are ' +
      'masked in plans, `explain`, logs, errors and events. `!` begins an exception; later patterns take precedence. Case does not ' +
      'matter, and `.`, `-` and `/` match `_`.',
    since: '0.1.0',
  },
  'cdi.specDirs': {
    default: ['/etc/cdi', '/var/run/cdi'],
    format: listOf(absolutePath),
    doc: 'Directories with specifications of devices for `--device VENDOR/CLASS=NAME` (Container Device Interface). Later ones take precedence.',
    since: '0.1.0',
  },
  defaultUlimits: {
    default: {},
    example: { nofile: '1024:4096' },
    env: false,
    format: mapOf(ulimitName, ulimit),
    doc: 'Default resource limits (setrlimit(2)) of containers. Without an entry: the limit of the runtime.',
    since: '0.1.0',
  },
};
