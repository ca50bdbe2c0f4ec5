import { section } from '../../support/row.ts';

const status = (field: string) => `sed -n 's/^${field}:\\s*//p' /proc/self/status`;

/** config.md, POSIX-platform User. */
export const userRows = section('config.md#posix-platform-user', [
  {
    must: 'uid and gid are those of the process, real, effective and saved',
    spec: ({ process }) => (process.user = { uid: 1000, gid: 2000 }),
    sh: `${status('Uid')}; ${status('Gid')}`,
    prints: '1000\t1000\t1000\t1000\n2000\t2000\t2000\t2000',
  },
  {
    must: 'a uid of any size needs no entry in /etc/passwd',
    spec: ({ process }) => (process.user = { uid: 4_000_000_000, gid: 4_000_000_000 }),
    sh: 'id -u; id -g',
    prints: '4000000000\n4000000000',
  },
  {
    must: 'additionalGids are the supplementary groups',
    spec: ({ process }) => (process.user = { uid: 1000, gid: 2000, additionalGids: [5, 3000] }),
    sh: status('Groups'),
    prints: /^5 3000\s*$/,
  },
  {
    must: 'without additionalGids there are no supplementary groups, not those of the runtime either',
    spec: ({ process }) => (process.user = { uid: 1000, gid: 2000 }),
    sh: 'grep ^Groups: /proc/self/status',
    prints: /^Groups:\s*$/,
  },
  {
    must: 'umask is the umask of the process',
    spec: ({ process }) => (process.user.umask = 0o027),
    sh: 'umask',
    prints: '0027',
  },
  {
    must: 'a umask of 0 is not the same as a missing one',
    spec: ({ process }) => (process.user.umask = 0),
    sh: 'umask',
    prints: '0000',
  },
  { must: 'without umask it is 0022', sh: 'umask', prints: '0022' },
  {
    must: 'a uid that is not a number is refused',
    spec: ({ process }) => ((process.user as any).uid = 'root'),
    refused: /uid|unmarshal/i,
  },
]);
