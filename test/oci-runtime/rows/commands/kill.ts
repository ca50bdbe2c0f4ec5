import { existsSync, readFileSync } from 'node:fs';
import { until } from '../../support/call.ts';
import { cgroupFile } from '../../support/cgroups.ts';
import { failed, succeeded } from '../../support/Container.ts';
import { withoutNamespace } from '../../support/edit.ts';
import { section } from '../../support/row.ts';

/** runc’s `kill`, as containerd's go-runc calls it. */
export const killCommandRows = section('runc#kill', [
  {
    must: '--all reaches every process of the container',
    spec: (spec) => withoutNamespace(spec, 'pid'),
    test: async (c) => {
      await c.running('sleep 500 & echo ready; wait; sleep 500');
      succeeded(await c.kill('KILL', '--all'));
      await c.becomes('stopped');
      const file = cgroupFile(c, 'pids', 'cgroup.procs');
      await until('no process is left', () => !existsSync(file) || readFileSync(file, 'utf8') === '');
    },
  },
  {
    must: '--all of a stopped container is not an error',
    test: async (c) => {
      await c.running();
      succeeded(await c.kill('KILL'));
      await c.becomes('stopped');
      succeeded(await c.kill('KILL', '--all'));
    },
  },
  {
    must: 'fails with "container not running" or "process already finished" for a stopped container, as the shim expects',
    test: async (c) => {
      await c.running();
      succeeded(await c.kill('KILL'));
      await c.becomes('stopped');
      failed(
        await c.kill('KILL'),
        /container not running|process already finished|os: process already finished|no such process/i,
      );
    },
  },
]);
