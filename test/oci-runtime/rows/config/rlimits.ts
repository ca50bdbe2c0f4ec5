import { readFileSync } from 'node:fs';
import { section, type Row } from '../../support/row.ts';

/** Type, its line in /proc/self/limits (proc(5)), and soft and hard limits with which a shell still runs. */
const limits: [string, string, number, number][] = [
  ['RLIMIT_AS', 'Max address space', 2 ** 32, 2 ** 33],
  ['RLIMIT_CORE', 'Max core file size', 4096, 8192],
  ['RLIMIT_CPU', 'Max cpu time', 60, 120],
  ['RLIMIT_DATA', 'Max data size', 2 ** 30, 2 ** 31],
  ['RLIMIT_FSIZE', 'Max file size', 65_536, 131_072],
  ['RLIMIT_LOCKS', 'Max file locks', 10, 20],
  ['RLIMIT_MEMLOCK', 'Max locked memory', 4096, 8192],
  ['RLIMIT_MSGQUEUE', 'Max msgqueue size', 4096, 8192],
  ['RLIMIT_NICE', 'Max nice priority', 1, 2],
  ['RLIMIT_NOFILE', 'Max open files', 100, 200],
  ['RLIMIT_NPROC', 'Max processes', 500, 600],
  ['RLIMIT_RSS', 'Max resident set', 2 ** 30, 2 ** 31],
  ['RLIMIT_RTPRIO', 'Max realtime priority', 1, 2],
  ['RLIMIT_RTTIME', 'Max realtime timeout', 1000, 2000],
  ['RLIMIT_SIGPENDING', 'Max pending signals', 100, 200],
  ['RLIMIT_STACK', 'Max stack size', 4_194_304, 8_388_608],
];

/** config.md, POSIX process. */
export const rlimitRows: Row[] = section('config.md#posix-process', [
  ...limits.map(([type, line, soft, hard]) => ({
    must: `rlimits: ${type} has its soft and its hard limit`,
    notHere: () => unlessGrantable(line, hard),
    spec: ({ process }: Parameters<NonNullable<Row['spec']>>[0]) =>
      (process.rlimits = [{ type, soft, hard }]),
    args: ['/bin/busybox', 'cat', '/proc/self/limits'],
    prints: new RegExp(`^${line}\\s+${soft}\\s+${hard}\\s`, 'm'),
  })),
  {
    must: 'rlimits: limits that are not listed are the runtime’s own',
    spec: ({ process }) => (process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 100, hard: 200 }]),
    sh: 'grep -c "Max pending signals  *$(ulimit -i) " /proc/self/limits',
    prints: '1',
  },
  {
    must: 'rlimits: a type without a counterpart in the kernel is an error',
    spec: ({ process }) => (process.rlimits = [{ type: 'RLIMIT_COFFEE', soft: 1, hard: 1 }]),
    refused: /rlimit/i,
  },
  {
    must: 'rlimits: two entries of one type are an error',
    spec: ({ process }) =>
      (process.rlimits = [
        { type: 'RLIMIT_NOFILE', soft: 10, hard: 20 },
        { type: 'RLIMIT_NOFILE', soft: 20, hard: 30 },
      ]),
    refused: /rlimit/i,
  },
  {
    must: 'rlimits: a soft limit above the hard one is an error',
    spec: ({ process }) => (process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 20, hard: 10 }]),
    refused: /rlimit|invalid argument/i,
  },
]);

/** Without CAP_SYS_RESOURCE a process cannot raise its hard limit (setrlimit(2)). */
function unlessGrantable(line: string, hard: number): string | undefined {
  const own = new RegExp(`^${line}\\s+\\S+\\s+(\\S+)`, 'm').exec(
    readFileSync('/proc/self/limits', 'utf8'),
  )?.[1];
  if (own === 'unlimited' || Number(own) >= hard) return undefined;
  return `the host’s own hard limit of "${line}" is ${own}`;
}
