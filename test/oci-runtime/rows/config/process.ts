import { writeFileSync } from 'node:fs';
import { failed } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

/** config.md, Process: terminal, cwd, env, args. */
export const processRows = section('config.md#process', [
  {
    must: 'terminal is off by default: the standard streams are not a terminal',
    sh: 'test -t 0 || test -t 1 || test -t 2 || echo none',
    prints: 'none',
  },
  {
    must: 'cwd is the working directory of the executable',
    spec: ({ process }) => (process.cwd = '/tmp'),
    sh: 'pwd',
    prints: '/tmp',
  },
  {
    must: 'a cwd that is not absolute is refused',
    spec: ({ process }) => (process.cwd = 'tmp'),
    refused: /cwd|absolute|relative/i,
  },
  {
    must: 'a cwd that cannot be entered is an error',
    spec: ({ process }) => (process.cwd = '/bin/busybox'),
    refused: /not a directory/i,
  },
  {
    must: 'env is the complete environment of the executable, without variables of the runtime',
    spec: ({ process }) => process.env.push('ONE=1', 'EMPTY=', 'EQUALS=a=b', 'TWO=two words', 'HOME=/tmp'),
    args: ['/bin/busybox', 'env'],
    prints: 'PATH=/bin\nONE=1\nEMPTY=\nEQUALS=a=b\nTWO=two words\nHOME=/tmp',
  },
  {
    must: 'a value in env keeps its line breaks and its UTF-8',
    spec: ({ process }) => process.env.push('TEXT=grüße\n\tan alle'),
    sh: 'echo "$TEXT"',
    prints: 'grüße\n\tan alle',
  },
  {
    must: 'args are passed unchanged: blanks, empty ones, quotes and globs',
    args: ['/bin/busybox', 'printf', '[%s]', 'a b', '', '"', "'", '*', '$HOME', '\\n', 'é'],
    prints: '[a b][][\"][\'][*][$HOME][\\n][é]',
  },
  {
    must: 'args[0] without a slash is searched in the PATH of env',
    args: ['sh', '-c', 'echo found'],
    prints: 'found',
  },
  {
    must: 'args[0] is searched in the rootfs, not on the host',
    args: ['gcc'],
    refused: /not found|no such file/i,
  },
  {
    must: 'args[0] with a slash is relative to the cwd',
    spec: ({ process }) => (process.cwd = '/bin'),
    args: ['./sh', '-c', 'echo found'],
    prints: 'found',
  },
  { must: 'an args[0] that does not exist is an error', args: ['/no/such'], refused: /no such file/i },
  {
    must: 'an args[0] that may not be executed is an error',
    spec: (_, { main }) => writeFileSync(main.inside('etc/file'), ''),
    args: ['/etc/file'],
    refused: /permission denied/i,
  },
  {
    must: 'args without an entry are refused',
    spec: ({ process }) => (process.args = []),
    refused: /arg|executable/i,
  },
  {
    must: 'a process without args is refused',
    spec: (spec) => delete (spec.process as any).args,
    refused: /arg|executable/i,
  },
  {
    must: 'a container without process cannot be started',
    spec: (spec) => delete (spec as any).process,
    test: async (c) => {
      const created = await c.create();
      failed(created.code === 0 ? await c.start() : created, /./);
    },
  },
]);
