import { writeFileSync } from 'node:fs';
import { failed, succeeded } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

/** runc’s --console-socket. */
export const consoleSocketRows = section('runc#console-socket', [
  {
    must: 'a console socket without a listener is an error',
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
        args: ['/bin/sh', '-c', 'stty size'],
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
]);
