import type { Bed } from '../../support/Bed.ts';
import { type Container } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

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

/** config.md, Process: terminal and consoleSize, with the devices of the terminal. */
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
      must: 'terminal: typed characters are the process’s input',
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
      must: 'the terminal is closed when the container ends',
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
      must: 'the terminal is in the container’s own /dev/pts',
      test: async (c, bed) => (await onTerminal(c, bed, 'tty')).prints(/^\/dev\/(pts\/0|console)\r\n/m),
    },
  ]),
];
