import { writeFileSync } from 'node:fs';
import { failed, succeeded, type Container } from '../support/container.ts';
import type { Bed } from '../support/bed.ts';
import { section } from '../support/row.ts';

/** A container whose terminal is sent to a console socket. */
async function onTerminal(c: Container, bed: Bed, script: string) {
  const socket = c.path('tty.sock');
  const terminal = await bed.helper('recvtty', socket);
  c.spec.process.terminal = true;
  c.spec.process.args = ['/bin/sh', '-c', script];
  await c.created('--console-socket', socket);
  await c.started();
  return terminal;
}

/** config.md, Process: terminal and consoleSize, and runc's console socket. */
export const terminalRows = [
  ...section('config.md#process', [
    {
      must: 'terminal makes the standard streams a terminal',
      test: async (c, bed) => {
        const terminal = await onTerminal(c, bed, 'test -t 0 && test -t 1 && test -t 2 && echo all three');
        await terminal.prints(/all three\r\n/);
      },
    },
    {
      must: 'terminal makes it the process’s controlling terminal',
      test: async (c, bed) => {
        const terminal = await onTerminal(c, bed, 'echo by name > /dev/tty');
        await terminal.prints(/by name\r\n/);
      },
    },
    {
      must: 'terminal: what is typed is the process’s input',
      test: async (c, bed) => {
        const terminal = await onTerminal(c, bed, 'stty -echo; echo go; read line; echo "got $line"');
        await terminal.prints(/go\r\n/);
        terminal.type('this\n');
        await terminal.prints(/got this\r\n/);
      },
    },
    {
      must: 'terminal: ^C is SIGINT for the foreground process',
      test: async (c, bed) => {
        const script = 'trap "echo interrupted; exit" INT; echo go; while :; do sleep 0.05; done';
        const terminal = await onTerminal(c, bed, script);
        await terminal.prints(/go\r\n/);
        terminal.type('\x03');
        await terminal.prints(/interrupted/);
      },
    },
    {
      must: 'consoleSize is the terminal’s size',
      spec: ({ process }) => (process.consoleSize = { height: 33, width: 101 }),
      test: async (c, bed) => (await onTerminal(c, bed, 'stty size')).prints(/33 101\r\n/),
    },
    {
      must: 'consoleSize is ignored without a terminal',
      spec: ({ process }) => (process.consoleSize = { height: 33, width: 101 }),
      sh: 'echo good',
      prints: 'good',
    },
    {
      must: 'the terminal belongs to the container’s user',
      spec: ({ process }) => (process.user = { uid: 5, gid: 6 }),
      test: async (c, bed) => (await onTerminal(c, bed, 'stat -c "%u" $(tty)')).prints(/^5\r\n/m),
    },
    {
      must: 'the terminal ends with the container',
      test: async (c, bed) => {
        const terminal = await onTerminal(c, bed, 'echo bye');
        await terminal.prints(/bye/);
        await terminal.ends();
      },
    },
  ]),
  ...section('config-linux.md#default-devices', [
    {
      must: 'with terminal /dev/console is that terminal',
      test: async (c, bed) => {
        const terminal = await onTerminal(c, bed, 'stat -c %F /dev/console; echo by console > /dev/console');
        await terminal.prints(/character special file\r\nby console\r\n/);
      },
    },
    {
      must: 'the terminal is one of the container’s own /dev/pts',
      test: async (c, bed) => (await onTerminal(c, bed, 'tty')).prints(/^\/dev\/(pts\/0|console)\r\n/m),
    },
  ]),
  ...section('runc#console-socket', [
    {
      must: 'a console socket where nobody listens is an error',
      spec: ({ process }) => (process.terminal = true),
      test: async (c) =>
        void failed(await c.create('--console-socket', c.path('none.sock')), /socket|no such file|connect/i),
    },
    {
      must: 'create with a terminal and without a console socket is refused',
      spec: ({ process }) => (process.terminal = true),
      test: async (c) => void failed(await c.create(), /console|tty|terminal/i),
    },
    {
      must: 'exec --tty sends its terminal to --console-socket',
      test: async (c, bed) => {
        await c.running();
        const terminal = await bed.helper('recvtty', c.path('exec.sock'));
        const flags = ['--tty', '--detach', '--console-socket', c.path('exec.sock')];
        succeeded(await c.exec(['/bin/sh', '-c', 'test -t 0 && echo terminal'], flags));
        await terminal.prints(/terminal\r\n/);
      },
    },
    {
      must: 'exec --process with terminal and consoleSize sends a terminal of that size',
      test: async (c, bed) => {
        await c.running();
        const terminal = await bed.helper('recvtty', c.path('exec.sock'));
        const process = {
          ...c.spec.process,
          terminal: true,
          consoleSize: { height: 12, width: 34 },
          // crun sets it when the process may already run.
          args: ['/bin/sh', '-c', 'until stty size 2>/dev/null; do sleep 0.01; done'],
        };
        writeFileSync(c.path('process.json'), JSON.stringify(process));
        const flags = [
          '--detach',
          '--console-socket',
          c.path('exec.sock'),
          '--process',
          c.path('process.json'),
        ];
        succeeded(await c.call(['exec', ...flags, c.id]));
        await terminal.prints(/12 34\r\n/);
      },
    },
  ]),
];
